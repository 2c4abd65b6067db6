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

/// `holdover audit`.
struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify or export the audit.", subcommands: [Verify.self, Export.self])

    /// `holdover audit verify`.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every line of the audit against the chain of hashes.",
            discussion: """
                Offline, without the key. Keep the head elsewhere: a chain alone can't tell that its
                end was cut off.

                Examples:
                  holdover audit verify
                  holdover audit verify --head 3f9a...
                """)
        @Option(help: "A head kept from an earlier verify; it must still be in the chain.")
        var head: String?
        @OptionGroup var workspace: Workspace

        func run() throws {
            struct View: Encodable { let lines: Int64; let head: String; let damage: String? }
            let journal = try workspace.reading()
            defer { try? journal.close() }
            let verdict = try journal.verifyAudit(through: head)
            if workspace.json {
                try workspace.console.document(
                    View(lines: verdict.lines, head: verdict.head, damage: verdict.damage))
            } else {
                workspace.console.line("\(verdict.lines) lines fit, head \(verdict.head)")
            }
            guard let damage = verdict.damage else { return }
            throw Problem(
                .failure, code: "audit-damaged", "the audit is damaged: \(damage)",
                state: "lines before it are intact",
                hint: "compare with a backup; who can write the state directory did this")
        }
    }

    /// `holdover audit export`.
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the audit as JSON lines.",
            discussion: """
                Example:
                  holdover audit export > audit.jsonl
                """)
        @OptionGroup var workspace: Workspace

        func run() throws {
            let journal = try workspace.reading()
            defer { try? journal.close() }
            for line in try journal.auditLines() {
                try workspace.console.document(line, pretty: false)
            }
        }
    }
}
