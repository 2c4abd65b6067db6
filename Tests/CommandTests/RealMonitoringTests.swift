import Foundation
import ProcessTesting
import Testing

/// Metrics on their whole way: a run's file, node_exporter, Prometheus, Alertmanager.
@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 asks for them"), .serialized)
struct RealMonitoringTests {
    /// The shipped rules for somebody in a hurry.
    private func hasty(_ rules: String) -> String {
        rules.replacing("for: 6h", with: "for: 3s").replacing(/for: \d+[mh]/, with: "for: 0s")
    }

    /// Runs again and again, as cron would, until it is so.
    private func runs(
        _ stage: Stage, _ monitoring: RealMonitoring, within limit: Duration = .seconds(60),
        until isSo: () async throws -> Bool
    ) async throws -> Bool {
        try await eventually(within: limit, every: .milliseconds(500)) {
            _ = try await stage.run("run", "-q", "--metrics-file", monitoring.textfile)
            return try await isSo()
        }
    }

    @Test func `a rotation that is stuck is told once, and that it goes on is told once`()
        async throws
    {
        try await Stage.open(plan: { plan, bench in
            plan.reload = [["/usr/bin/test", "-e", bench.at("mended")]]
        }) { stage in
            let monitoring = try await RealMonitoring.start(on: stage.bench, rules: hasty)
            let stuck = { (status: String) in
                RealMonitoring.Notice(
                    alert: "HoldoverRotationStuck", client: Stage.client, status: status)
            }
            try await stage.succeed("start", Stage.client)
            let isTold = try await runs(stage, monitoring) {
                try monitoring.notices().contains(stuck("firing"))
            }
            #expect(isTold)
            #expect(try await stage.rotation().reason == "hook-failed")
            // Further runs and evaluations tell nothing more.
            _ = try await runs(stage, monitoring, within: .seconds(5)) { false }
            #expect(try monitoring.notices().count { $0 == stuck("firing") } == 1)
            #expect(!(try monitoring.notices().contains(stuck("resolved"))))

            try stage.bench.write("", to: "mended")
            let isOver = try await runs(stage, monitoring) {
                try monitoring.notices().contains(stuck("resolved"))
            }
            #expect(isOver)
            let notices = try monitoring.notices().filter { $0.client == Stage.client }
            #expect(notices == [stuck("firing"), stuck("resolved")])
            // The hook that failed made the runs fail, and nothing else was wrong.
            let alerts = Set(try monitoring.notices().map(\.alert))
            #expect(alerts.subtracting(["HoldoverLastRunFailed"]) == ["HoldoverRotationStuck"])
            try await stage.expectCompletion()
        }
    }

    @Test func `a rotation that is held is told once, until a person has decided`() async throws {
        try await Stage.open { stage in
            // As shipped: what is held needs no threshold.
            let monitoring = try await RealMonitoring.start(on: stage.bench)
            let held = { (status: String) in
                RealMonitoring.Notice(
                    alert: "HoldoverRotationHeld", client: Stage.client, status: status)
            }
            try await stage.begin(until: "generate")
            try await stage.succeed("hold", Stage.client, "--reason", "freeze")
            let isTold = try await runs(stage, monitoring) {
                try monitoring.notices().contains(held("firing"))
            }
            #expect(isTold)
            _ = try await runs(stage, monitoring, within: .seconds(5)) { false }
            #expect(try monitoring.notices().count { $0 == held("firing") } == 1)
            try await stage.succeed("resume", Stage.client)
            let isOver = try await runs(stage, monitoring) {
                try monitoring.notices().contains(held("resolved"))
            }
            #expect(isOver)
            #expect(try monitoring.notices() == [held("firing"), held("resolved")])
            try await stage.expectCompletion()
        }
    }

    @Test func `node_exporter shows all of a run's file, and with the kinds that it has`()
        async throws
    {
        try await Stage.open(plan: { plan, _ in plan.set("schedule: {every: 30d}") }) { stage in
            let monitoring = try await RealMonitoring.start(on: stage.bench)
            try await stage.begin()
            try await stage.succeed("run", "--wait", "30s", "--metrics-file", monitoring.textfile)
            let file = try String(contentsOfFile: monitoring.textfile, encoding: .utf8)
            let shown = try await monitoring.shown()
            #expect(shown.contains("\nnode_textfile_scrape_error 0\n"))
            let names = { (text: String) in
                Set(
                    text.split(separator: "\n").filter { $0.hasPrefix("holdover_") }
                        .map { $0.prefix { !"{ ".contains($0) } })
            }
            #expect(names(shown) == names(file) && names(file).count > 20)
            let kinds = { (text: String) in
                text.split(separator: "\n").filter { $0.hasPrefix("# TYPE holdover_") }
            }
            #expect(!kinds(shown).isEmpty)
            #expect(Set(kinds(shown)).subtracting(kinds(file)) == [])
        }
    }

    @Test func `Prometheus takes what is printed for OpenMetrics`() async throws {
        try await Stage.open(plan: { plan, _ in plan.set("schedule: {every: 30d}") }) { stage in
            let monitoring = try await RealMonitoring.start(on: stage.bench)
            try await stage.begin()
            try await stage.succeed("run", "--wait", "30s")
            let text = try await stage.succeed("metrics").output
            try monitoring.serve(openMetrics: text)
            let isScraped = try await eventually(within: .seconds(20)) {
                try await monitoring.query(#"up{job="openmetrics"} == 1"#).count == 1
            }
            #expect(isScraped)
            let series = try await monitoring.query(#"{job="openmetrics",__name__=~"holdover_.*"}"#)
            let lines = text.split(separator: "\n").filter { $0.hasPrefix("holdover_") }
            #expect(series.count == lines.count && lines.count > 30)
            let runs = try await monitoring.query(
                #"holdover_runs_total{job="openmetrics",exit_code="0"}"#)
            #expect(Array(runs.values) == [1])
            // A text that is none is refused, so that the above means something.
            try monitoring.serve(openMetrics: text.replacing("# EOF\n", with: ""))
            let isRefused = try await eventually(within: .seconds(20)) {
                try await monitoring.query(#"up{job="openmetrics"} == 0"#).count == 1
            }
            #expect(isRefused)
        }
    }
}
