import Adapters
import ArgumentParser
import Foundation
import Plans
import RotationCore
import RotationEngine

/// `holdover alerts`: what people are told of, and what of it hasn't arrived.
struct Alerts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List what fires, and what could not be delivered.",
        discussion: """
            Who is told stands in alerts.yaml beside the plans, or in the file that
            HOLDOVER_ALERTS names. `run` tells them when it is over.

            Examples:
              holdover alerts
              holdover alerts --json | jq '.firing[].title'
              holdover alerts test
            """,
        subcommands: [AlertsTest.self])

    @OptionGroup var workspace: Workspace

    func run() async throws {
        let settings = try AlertShelf(workspace).settings()
        let journal = try workspace.reading()
        defer { try? journal.close() }
        let now = SystemClock().now()
        let week = now + Span(milliseconds: -Span.hours(7 * 24).milliseconds)
        let view = AlertsView(
            settings: settings, firing: try journal.firingAlerts(),
            backlog: try journal.backlog(), givenUp: try journal.givenUp(since: week))
        if workspace.json { return try workspace.console.document(view) }
        view.lines(at: now).forEach(workspace.console.line)
    }
}

/// `holdover alerts test`: whether anybody would hear.
struct AlertsTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send a test message to every channel, or to one, and say what came of it.",
        discussion: """
            Needs no journal and no key.

            Examples:
              holdover alerts test
              holdover alerts test ops
            """)

    @Argument(help: "One channel of alerts.yaml, by its name.")
    var channel: String?

    @OptionGroup var workspace: Workspace

    func run() async throws {
        let shelf = AlertShelf(workspace)
        guard let settings = try shelf.settings() else {
            throw Problem(
                .usage, code: "no-alerts", "there is no \(shelf.path)", state: "nobody was told",
                hint: "write it, such as plans/examples/alerts.yaml")
        }
        let factory = Ports.factory()
        var results: [AlertsTestView.Result] = []
        var exits: [HoldoverExit] = []
        for one in try chosen(of: settings) {
            do throws(AdapterError) {
                let warnings = try await factory.channel(one)
                    .send(Self.message(), within: .seconds(10))
                results.append(.init(one, nil))
                for warning in warnings {
                    workspace.console.warn(warning.message, code: warning.code)
                }
            } catch {
                results.append(.init(one, error))
                exits.append(Problem(error).exit)
            }
            if !workspace.json, let last = results.last {
                workspace.console.line(last.line(on: workspace.console))
            }
        }
        if workspace.json { try workspace.console.document(AlertsTestView(channels: results)) }
        if let gravest = HoldoverExit.gravest(exits) { throw Stop(exit: gravest) }
    }

    private func chosen(of settings: AlertSettings) throws -> [ChannelSettings] {
        guard let channel else { return settings.channels }
        let names = settings.channels.map(\.target.name)
        guard let one = settings.channels.first(where: { $0.target.name == channel }) else {
            let nearest = Nearest.match(for: channel, among: names)
            throw Problem(
                .usage, code: "unknown-channel", "there is no channel \(safeText(channel))",
                state: "nobody was told",
                hint: nearest.map { "did you mean \($0)?" }
                    ?? "channels: \(names.joined(separator: ", "))")
        }
        return [one]
    }

    private static func message() -> AlertMessage {
        let now = SystemClock().now()
        return AlertMessage(
            id: "test-\(SystemRandom().identifier(at: now))", event: .firing,
            alert: Alert(
                .test, about: "test", code: "test", title: "holdover: a test, and nothing is wrong",
                detail: "somebody typed `holdover alerts test`",
                standing: "everything is as it was", next: "nothing", since: now), at: now)
    }
}
