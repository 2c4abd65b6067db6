import ArgumentParser
import Foundation
import RotationCore
import RotationEngine

/// `holdover status`: where everything is.
///
/// Needs no key and works while a run holds the lock.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show where every rotation is, or one client's in full.",
        discussion: """
            Examples:
              holdover status
              holdover status billing-api
              holdover status --json | jq '.live[] | select(.state == "held")'
            """)

    @Argument(help: "One client.")
    var client: String?

    @Flag(help: "Show again every two seconds.")
    var watch = false

    @OptionGroup var workspace: Workspace

    func run() async throws {
        repeat {
            if watch { workspace.console.clear() }
            let journal = try workspace.reading()
            let freeze = try journal.freeze()
            if let freeze, !workspace.json {
                workspace.console.line("frozen: \(safeText(freeze.message)); holdover recover")
            }
            if let client { try show(client, journal) } else { try showAll(journal, freeze) }
            try journal.close()
            if watch { try await Task.sleep(for: .seconds(2)) }
        } while watch
    }

    private struct Overview: Encodable {
        let schema = "holdover.status.v1"
        let counts: [String: Int]
        let live: [SummaryView]
        let overdue: [String]
        /// Why nothing is done with this journal, as a code; absent where all is well.
        let frozen: String?
        /// Channels of alerts that couldn't be reached, with what waits for them.
        let undelivered: [BacklogView]
        enum CodingKeys: String, CodingKey {
            case schema, counts, live, overdue, frozen, undelivered
        }
    }

    private func showAll(_ journal: Journal, _ freeze: JournalFailure?) throws {
        let live = try journal.summaries(live: true)
        let counts = try journal.counts()
        let now = SystemClock().now()
        let overdue = try journal.overdue(at: now).map(\.rawValue)
        let undelivered = try journal.backlog().map(BacklogView.init)
        if workspace.json {
            let overview = Overview(
                counts: counts, live: live.map(SummaryView.init), overdue: overdue,
                frozen: freeze?.kind.rawValue, undelivered: undelivered)
            return try workspace.console.document(overview)
        }
        let console = workspace.console
        if !live.isEmpty {
            var table = Table(header: ["CLIENT", "STEP", "STATE", "WHY", "STARTED", "NEXT"])
            for one in live {
                table.add([
                    one.client.rawValue, one.state.phase?.step.rawValue ?? "-", one.state.words,
                    one.reason?.rawValue ?? "-", one.startedAt.relative(to: now),
                    one.state.isWaiting ? one.nextAt.relative(to: now) : "a person decides",
                ])
            }
            table.lines.forEach(console.line)
            console.line()
        }
        let words = ["running", "held", "completed", "abandoned"].map { "\(counts[$0] ?? 0) \($0)" }
        console.line(words.joined(separator: ", "))
        if !overdue.isEmpty {
            console.line("overdue: \(overdue.prefix(10).joined(separator: ", "))")
        }
        for one in undelivered { console.line("alerts \(one.line)") }
    }

    private func show(_ name: String, _ journal: Journal) throws {
        guard let rotation = try journal.latest(of: ClientName(rawValue: name)) else {
            throw try Problem(unknownClient: name, in: journal)
        }
        let evidence = try journal.evidence(of: rotation.id)
        let notices = try journal.notices(of: rotation.client)
        if workspace.json {
            return try workspace.console.document(
                RotationView(rotation, evidence: evidence, notices: notices))
        }
        RotationPage(rotation, evidence, try journal.requests(of: rotation.id), notices)
            .show(on: workspace.console)
    }
}

extension RotationState {
    /// The state's name, as the journal has it.
    var name: String {
        switch self {
        case .running: "running"
        case .held: "held"
        case .completed: "completed"
        case .abandoned: "abandoned"
        }
    }

    /// The phase, and whether it is held.
    var words: String {
        switch self {
        case .running(let phase): phase.rawValue
        case .held(let phase): "held in \(phase.rawValue)"
        case .completed, .abandoned: name
        }
    }

    /// Whether it goes on by itself.
    var isWaiting: Bool {
        if case .running = self { true } else { false }
    }
}
