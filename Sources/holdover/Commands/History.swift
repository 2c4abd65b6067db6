import ArgumentParser
import RotationCore
import RotationEngine

/// `holdover history`: rotations that are over, and what happened in one.
struct History: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List past rotations, or everything that happened in one.",
        discussion: """
            Examples:
              holdover history
              holdover history billing-api
              holdover history --rotation 01JD9...
            """)

    @Argument(help: "One client.")
    var client: String?

    @Option(help: "Everything that the audit has of one rotation.")
    var rotation: String?

    @OptionGroup var workspace: Workspace

    func run() throws {
        let journal = try workspace.reading()
        defer { try? journal.close() }
        if let rotation { return try show(try journal.find(rotation), journal) }
        let all = try journal.summaries(live: false, of: client.map(ClientName.init(rawValue:)))
        if let client, all.isEmpty { throw try Problem(unknownClient: client, in: journal) }
        if workspace.json {
            return try workspace.console.document(all.map(SummaryView.init))
        }
        var table = Table(header: ["ROTATION", "CLIENT", "STATE", "STARTED", "ENDED"])
        for one in all {
            table.add([
                one.id.rawValue, one.client.rawValue, one.state.words, one.startedAt.utc,
                one.endedAt?.utc ?? "-",
            ])
        }
        table.lines.forEach(workspace.console.line)
    }

    private func show(_ rotation: Rotation, _ journal: Journal) throws {
        let lines = try journal.auditLines(of: rotation.id)
        if workspace.json { return try workspace.console.document(lines) }
        for line in lines {
            workspace.console.line(
                "\(line.at.utc)  \(line.event.padding(to: 20))\(safeText(line.body, limit: 400))")
        }
    }
}
