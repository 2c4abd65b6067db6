import ArgumentParser
import Monitoring
import RotationEngine

/// `holdover metrics`: what a monitoring system wants to know.
///
/// Needs no key and works while a run holds the lock.
struct Metrics: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print what there is to watch, as OpenMetrics.",
        discussion: """
            Reads the journal and nothing else: no key, no network, and a run may be in
            progress. With run --metrics-file each run leaves the same in a file. There is
            no JSON of it: that is status --json.

            Examples:
              holdover metrics
              holdover metrics --prometheus > holdover.prom
              holdover metrics --prometheus | promtool check metrics
            """)

    @Flag(
        help: """
            Prometheus' text format 0.0.4 instead, which the textfile collector of node_exporter \
            wants.
            """)
    var prometheus = false

    @OptionGroup var workspace: Workspace

    func validate() throws {
        if workspace.json {
            throw ValidationError("metrics are no JSON; status --json says where everything is")
        }
    }

    func run() async throws {
        let journal = try workspace.reading()
        defer { try? journal.close() }
        let now = SystemClock().now()
        let page = MetricsPage(
            version: Holdover.versionNumber, now: now,
            standing: try journal.standing(at: now), isFrozen: try journal.freeze() != nil)
        workspace.console.document(page.text(prometheus ? .prometheus : .openMetrics))
    }
}
