import Foundation
import ProcessTesting

/// One sabotage of one command in a golden rotation.
struct Trial: Sendable, CustomStringConvertible {
    /// The command that is sabotaged: a rotation needs the two.
    enum Act: String, Sendable, CaseIterable { case start, run }

    /// Whose calls count.
    enum Area: String, Sendable {
        /// Everything of ours: the journal, its anchor and key, the stores, the sockets.
        case all
        /// The directory of the journal, the key and the anchor.
        case journal
        case stores
    }

    let dialect: PracticeServerProcess.Dialect
    let act: Act
    let area: Area
    let deed: Sabotage.Deed
    /// To how many calls from the point on; nil for ever.
    let times: Int?
    /// Whether calls count that change nothing.
    var takesLooks = false
    /// Which call, from 1; nil to list them.
    var point: Int?

    var description: String {
        let span = times.map { "\($0) times" } ?? "for ever"
        return "\(dialect) \(act), \(deed.rawValue) \(span) at call \(point ?? 0) of \(area)"
    }

    /// What came of it.
    struct Result: Sendable {
        /// The calls that were hit; all there are, for a list.
        let calls: [Sabotage.Call]
        let ending: SpawnedProcess.Ending
        let complaints: [String]
    }

    /// Does it, lets the rotation run to its end, and looks at everything.
    func run(in scene: GoldenScene) async throws -> Result {
        try scene.reset()
        guard let old = try scene.held() else { throw Unfit(description: "the stores disagree") }
        var said: [HoldoverProcess.Outcome] = []
        if act == .run { said.append(try await scene.holdover.run(start)) }
        let sabotage = sabotage(in: scene)
        let outcome = try await victim(in: scene, under: sabotage)
        said.append(outcome)
        var remains = GoldenScene.Remains(known: scene.ballast)
        try remains.keep(scene.bench.stateDirectory)
        try remains.keep(scene.keyDirectory)
        let calls = try sabotage.calls()
        var complaints = point == nil ? [] : Expectation(of: self).complaints(outcome, calls)
        let end = try await finish(in: scene, after: outcome)
        said += end.said
        for outcome in said { remains.keep("\(outcome)", named: "what was said") }
        complaints += try await scene.complaints(
            of: end.rotation, old: old, remains: remains)
        if !complaints.isEmpty { complaints += said.map { "\($0)" } }
        return Result(calls: calls, ending: outcome.ending, complaints: complaints)
    }

    struct Unfit: Error, CustomStringConvertible { let description: String }

    private var start: [String] { ["start", GoldenScene.client] }
    private var drive: [String] { ["run", "--wait", "20s", "--client", GoldenScene.client] }

    private func sabotage(in scene: GoldenScene) -> Sabotage {
        let (own, key, stores) = (scene.bench.stateDirectory, scene.keyDirectory, scene.place)
        let paths =
            switch area {
            case .all: [own, key, stores, scene.bench.scratch]
            case .journal: [own, key]
            case .stores: [stores]
            }
        return Sabotage(
            deed, at: point, times: times, paths: paths, sockets: area == .all,
            looks: takesLooks, report: scene.bench.at("sabotage"))
    }

    /// Runs the command; where a fault lasts, it is asked to end a while after it met the fault.
    private func victim(in scene: GoldenScene, under sabotage: Sabotage) async throws
        -> HoldoverProcess.Outcome
    {
        let arguments = act == .start ? start : drive
        // The last trial's report would be taken for this one's.
        try? FileManager.default.removeItem(atPath: sabotage.reportPath)
        let process = try scene.holdover.spawn(arguments, under: sabotage)
        if point != nil, times == nil {
            _ = try await eventually(within: .seconds(20)) {
                if process.ending != nil { return true }
                guard FileManager.default.fileExists(atPath: sabotage.reportPath) else {
                    return false
                }
                return try !sabotage.calls().isEmpty
            }
            _ = await eventually(within: .milliseconds(400)) { process.ending != nil }
            process.send(SIGTERM)
        }
        return try await scene.holdover.outcome(of: process, arguments, limit: .seconds(60))
    }

    /// Runs until the rotation is over, or has had every chance.
    private func finish(
        in scene: GoldenScene, after outcome: HoldoverProcess.Outcome
    ) async throws -> (rotation: ChaosWorld.Rotation?, said: [HoldoverProcess.Outcome]) {
        var said: [HoldoverProcess.Outcome] = []
        // What was killed isn't over, most of the time, and a look at it costs a process.
        var rotation = act == .run && deed == .kill ? nil : try await scene.rotation()
        // A start that was cut may have been recorded: then there is nothing more to start.
        if act == .start, rotation == nil { said.append(try await scene.holdover.run(start)) }
        // A run may fail behind the end, too: the next one takes away what it left half done.
        if act == .run, outcome.exit == 12, rotation?.isOver == true {
            said.append(try await scene.holdover.run(drive))
        }
        for _ in 0..<4 where rotation?.isOver != true {
            said.append(try await scene.holdover.run(drive))
            rotation = try await scene.rotation()
        }
        return (rotation, said)
    }
}
