import Foundation
import ProcessTesting
import Testing

@testable import Monitoring

/// What Prometheus' own checker says of the metrics and of the rules.
@Suite(
    .serialized,
    .enabled(if: Promtool.here != nil, "promtool is neither installed nor to be fetched"))
struct RuleTests {
    private let promtool: Promtool

    init() throws { promtool = try #require(Promtool.here) }

    @Test func `the text for Prometheus has nothing that promtool would change`() async throws {
        let outcome = try await promtool.run(
            ["check", "metrics"], input: SamplePage.page().text(.prometheus))
        #expect(outcome.code == 0 && outcome.description == "", "\(outcome)")
    }

    @Test func `thousands of clients are fine`() async throws {
        let page = SamplePage.page(clients: (1...5_000).map { "client-\($0)" })
        let outcome = try await promtool.run(["check", "metrics"], input: page.text(.prometheus))
        #expect(outcome.code == 0 && outcome.description == "", "\(outcome)")
    }

    @Test func `promtool would say so of a text that is wrong`() async throws {
        let text = SamplePage.page().text(.prometheus)
        let wrong = [
            text.replacing("} 41\n", with: "} forty-one\n"),
            text.replacing("_runs_total", with: "_runs"),
        ]
        for text in wrong {
            let outcome = try await promtool.run(["check", "metrics"], input: text)
            #expect(outcome.code != 0, "\(outcome)")
        }
    }

    @Test func `the rules are rules`() async throws {
        let outcome = try await promtool.run(["check", "rules", ShippedFiles.rules.path])
        #expect(outcome.code == 0, "\(outcome)")
        let count = try ShippedFiles.alerts().count
        #expect(outcome.description.contains("\(count) rules found"), "\(outcome)")
    }

    @Test func `each rule fires where it should and keeps quiet where it should`() async throws {
        try await Workbench.open { bench in
            let outcome = try await test(ShippedFiles.text(ShippedFiles.rules), on: bench)
            #expect(outcome.code == 0, "\(outcome)")
        }
    }

    @Test func `with alerts that never fire the tests of the rules fail, for each of them`()
        async throws
    {
        let alerts = try ShippedFiles.alerts()
        let rules = try alerts.reduce(ShippedFiles.text(ShippedFiles.rules)) { rules, alert in
            let mute = alert.lines.replacing(/\n +for: \S+/, with: "")
                .replacing("\n        labels:", with: "\n        for: 1000h\n        labels:")
            #expect(mute != alert.lines)
            return rules.replacing(alert.lines, with: mute)
        }
        try await Workbench.open { bench in
            let muted = try await test(rules, on: bench)
            #expect(muted.code == 1, "\(muted)")
            for name in alerts.map(\.name) {
                let words = [
                    "alertname: \(name),", #"alertname=\"\#(name)\""#, #"alertname="\#(name)""#,
                ]
                #expect(words.contains { muted.description.contains($0) }, "\(name): \(muted)")
            }
        }
    }

    @Test func `every query of the dashboard is one that Prometheus takes`() async throws {
        struct Rules: Encodable {
            struct Group: Encodable { let name: String, rules: [Query] }
            struct Query: Encodable { let record: String, expr: String }
            let groups: [Group]
        }
        let queries = try ShippedFiles.queriesOfDashboard().enumerated().map { number, query in
            let filled = query.replacing("$__rate_interval", with: "5m")
                .replacing("$__range", with: "1d").replacing("$instance", with: ".*")
            return Rules.Query(record: "query_\(number)", expr: filled)
        }
        #expect(queries.count > 20)
        let rules = Rules(groups: [Rules.Group(name: "dashboard", rules: queries)])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let text = String(decoding: try encoder.encode(rules), as: UTF8.self)
        try await Workbench.open { bench in
            // JSON is YAML.
            let file = try bench.write(text, to: "dashboard.yaml")
            let outcome = try await promtool.run(["check", "rules", file])
            #expect(outcome.description.contains("\(queries.count) rules found"), "\(outcome)")
            #expect(outcome.code == 0 && !text.contains("$"), "\(outcome)")
        }
    }

    private func test(_ rules: String, on bench: Workbench) async throws
        -> Promtool.Outcome
    {
        try bench.write(rules, to: "holdover.rules.yaml")
        try bench.write(ShippedFiles.text(ShippedFiles.ruleTests), to: "tests.yaml")
        return try await promtool.run(["test", "rules", "tests.yaml"], in: bench.path)
    }
}
