import ArgumentParser
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
        if workspace.json {
            return try workspace.console.document(RotationView(found, evidence: evidence))
        }
        let console = workspace.console
        let now = SystemClock().now()
        console.line("\(found.client.rawValue) is \(found.state.words): \(found.state.standing)")
        if let phase = found.state.phase {
            console.line("its task now: \(phase.purpose)")
        }
        if let reason = found.reason, !found.state.isEnded {
            let since = found.body.waitingSince
            let detail = safeText(found.detail ?? "", limit: 300)
            console.line("it waits for: \(reason.rawValue): \(detail)")
            console.line("since: \(since.utc) (\(since.relative(to: now)))")
        }
        if found.state.isWaiting {
            let next = found.nextAt
            console.line("earliest next move: \(next.utc) (\(next.relative(to: now))), by holdover run")
        }
        for one in evidence where one.verdict != .proven {
            console.line("consumer \(one.consumer): \(safeText(one.detail)); counts: a report made after the distribution with the expected secret")
        }
        let commands = found.state.isEnded ? [] : (found.reason ?? .rollback).commands(for: found.client.rawValue)
        for command in commands { console.line("you can: \(command)") }
        if let refusal = found.rollbackRefusal, !found.state.isEnded {
            console.line("a rollback can't be had: \(refusal)")
        }
    }
}

extension Journal {
    /// The rotation meant by a client's name or by an id.
    func find(_ word: String) throws -> Rotation {
        if let rotation = try latest(of: ClientName(rawValue: word)) { return rotation }
        if let rotation = try rotation(RotationID(rawValue: word)) { return rotation }
        throw Problem(
            .usage, code: "no-rotation", "there is no rotation of \(safeText(word))",
            state: "nothing was touched", hint: "holdover status")
    }
}
