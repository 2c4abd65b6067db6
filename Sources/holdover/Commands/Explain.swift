import Adapters
import ArgumentParser
import Plans
import RotationCore
import RotationEngine

/// `holdover explain`: why a rotation isn't moving, and what a person can do.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what a rotation waits for, since when, what comes next and what you can do.",
        discussion: """
            Example:
              holdover explain billing-api
            """)

    @Argument(help: "A client, or the id of a rotation.")
    var rotation: String

    @OptionGroup var workspace: Workspace

    func run() throws {
        let journal = try workspace.reading()
        defer { try? journal.close() }
        let found = try journal.find(rotation)
        let evidence = try journal.evidence(of: found.id)
        let notices = try journal.notices(of: found.client)
        if workspace.json {
            return try workspace.console.document(
                RotationView(found, evidence: evidence, notices: notices))
        }
        let console = workspace.console
        let now = SystemClock().now()
        console.line("\(found.client.rawValue) is \(found.state.words): \(found.standing)")
        if let phase = found.state.phase {
            console.line("its task now: \(phase.purpose(in: found.plan))")
        }
        if let reason = found.reason, !found.state.isEnded {
            let since = found.body.waitingSince
            let detail = safeText(found.detail ?? "", limit: 300)
            console.line("it waits for: \(reason.rawValue): \(detail)")
            console.line("since: \(since.utc) (\(since.relative(to: now)))")
        }
        if found.state.isWaiting {
            let next = found.nextAt
            console.line(
                "earliest next move: \(next.utc) (\(next.relative(to: now))), by holdover run")
        }
        for one in evidence where !one.finding.isPassed {
            let source = AdapterRegistry.evidence(of: one.consumer, in: found.plan)
            let counts = source.whatCounts(isCandidate: found.state.phase == .ready)
            console.line("consumer \(one.consumer): \(safeText(one.detail)); counts: \(counts)")
        }
        if let sight = found.body.sight { console.line("its log: \(safeText(sight.words))") }
        for notice in notices { console.line("notice: \(notice.line(at: now))") }
        try showDifferences(found, journal)
        for command in found.commands { console.line("you can: \(command)") }
        if let refusal = found.rollbackRefusal, !found.state.isEnded {
            console.line("a rollback can't be had: \(refusal)")
        }
    }
}

extension Explain {
    /// What the edited plan says otherwise than the one that the rotation follows.
    private func showDifferences(_ rotation: Rotation, _ journal: Journal) throws {
        guard rotation.reason == .planChanged, let known = try journal.client(rotation.client)
        else { return }
        let shelf = PlanShelf(directory: workspace.plansDirectory)
        let console = workspace.console
        let plans = try? shelf.plans(named: known.planFile)
        guard let plan = plans?.first(where: { $0.plan.client == rotation.client })?.plan else {
            return console.line(
                "\(safeText(known.planFile)) can't be read; holdover check says why")
        }
        for one in differences(from: rotation.plan, to: plan) {
            let (was, now) = (one.was ?? "nothing", one.now ?? "nothing")
            let path = safeText(one.path)
            console.line("edited: \(path): \(safeText(was)) became \(safeText(now))")
        }
    }
}

extension Journal {
    /// The rotation meant by a client's name or by an id.
    func find(_ word: String) throws -> Rotation {
        if let rotation = try latest(of: ClientName(rawValue: word)) { return rotation }
        if let rotation = try rotation(RotationID(rawValue: word)) { return rotation }
        throw try Problem(unknownClient: word, in: self)
    }
}
