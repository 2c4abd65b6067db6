import Foundation
import RotationCore
import RotationEngine
import RotationTesting

/// A directory in memory for the journals of one suite.
final class Scratch: Sendable {
    let path: String
    let template: JournalTemplate

    init() {
        let memory = "/dev/shm"
        let parent =
            FileManager.default.isWritableFile(atPath: memory)
            ? memory : NSTemporaryDirectory()
        path = "\(parent)/holdover-test-\(UUID().uuidString)"
        do { template = try JournalTemplate(below: path) } catch {
            preconditionFailure("no journal can be made in \(path): \(error)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// How one trial ended.
struct Ending {
    var state: RotationState
    var problems: [String]
    var holds: [Reason]
    var runs: Int
}

/// One rotation in one world, from its start to its end, and everything that must hold afterwards.
struct Trial {
    let world: World
    let scratch: Scratch
    var plan: Plan

    init(_ world: World, _ scratch: Scratch, plan: Plan? = nil) {
        self.world = world
        self.scratch = scratch
        self.plan = plan ?? world.plan()
    }

    func run(
        then step: (inout Harness, RotationID) async throws -> Void = { _, _ in }
    ) async throws -> Ending {
        var harness = try Harness(world: world, template: scratch.template)
        defer { harness.remove() }
        let id = try harness.start(plan)
        try await step(&harness, id)
        let rotation = try await harness.finish(id)
        let problems = try world.violations + examine(harness, rotation)
        return Ending(
            state: rotation.state, problems: problems, holds: harness.holds, runs: harness.runs)
    }

    private func examine(_ harness: Harness, _ rotation: Rotation) throws -> [String] {
        let journal = try Journal.openForReading(in: harness.directory)
        defer { try? journal.close() }
        var problems = AuditOrder(try journal.auditLines(of: rotation.id)).problems
        if let damage = try journal.verifyAudit().damage { problems.append(damage) }
        switch rotation.state {
        case .completed:
            if world.ownCount != 1 { problems.append("completed with \(world.ownCount) of ours") }
            if world.acceptsOriginal { problems.append("completed and the old one is accepted") }
        case .abandoned:
            if world.ownCount != 0 { problems.append("abandoned with \(world.ownCount) of ours") }
            if !world.acceptsOriginal { problems.append("abandoned without the old one") }
            if !world.storesHoldOriginal { problems.append("abandoned, stores not restored") }
        case .running, .held: problems.append("not over: \(rotation.state)")
        }
        return problems + plaintext(in: harness.directory)
    }

    /// Invariant 8, for the state directory.
    private func plaintext(in directory: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.flatMap { file -> [String] in
            guard let bytes = FileManager.default.contents(atPath: "\(directory)/\(file)") else {
                return []
            }
            return world.secretValues.filter { bytes.range(of: Data($0.utf8)) != nil }
                .map { _ in "\(file) holds a secret in clear" }
        }
    }
}

/// Invariant 3 and the bracket of invariant 4, read off the audit.
struct AuditOrder {
    private(set) var problems: [String] = []

    init(_ lines: [AuditLine]) {
        var seen: Set<String> = []
        var guards: AuditLine?
        for line in lines {
            let done = line.event == "phase-done" ? Self.phase(line) : nil
            switch (line.event, done) {
            case ("create-ok", _), ("phase-done", "create"?): seen.insert("created")
            case ("phase-done", "accept"?): need("created", in: seen, line); seen.insert("accepted")
            case ("write-sent", _): need("accepted", in: seen, line)
            case ("phase-done", "write"?): need("accepted", in: seen, line); seen.insert("written")
            case ("phase-done", "adopt"?): need("written", in: seen, line); seen.insert("adopted")
            case ("guards-passed", _): guards = line
            case ("disable-sent", _): need("adopted", in: seen, line); check(guards, before: line)
            case ("phase-done", "overlap"?): need("adopted", in: seen, line); seen.insert("over")
            // On the way back what is deleted is the new secret, which has guards of its own.
            case ("answered-rollback", _): seen.remove("over")
            case ("delete-sent", _) where seen.contains("over"): check(guards, before: line)
            default: continue
            }
        }
    }

    private mutating func need(_ fact: String, in seen: Set<String>, _ line: AuditLine) {
        if !seen.contains(fact) { problems.append("\(line.event) \(line.body) before \(fact)") }
    }

    private mutating func check(_ guards: AuditLine?, before line: AuditLine) {
        guard let guards, guards.epoch == line.epoch, line.at.since(guards.at) <= .seconds(60)
        else { return problems.append("\(line.event) without fresh guards in its run") }
    }

    private static func phase(_ line: AuditLine) -> String? {
        let facts = try? JSONDecoder().decode([String: String].self, from: Data(line.body.utf8))
        return facts?["phase"]
    }
}
