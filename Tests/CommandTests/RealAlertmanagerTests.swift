import Foundation
import ProcessTesting
import Testing

/// A real Alertmanager: what arrives there, how often, and when it is over.
@Suite(.enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 asks for them"))
struct RealAlertmanagerTests {
    /// An alert as Alertmanager's API v2 has it.
    private struct Alert: Decodable {
        struct Status: Decodable { let state: String }
        let labels, annotations: [String: String]
        let fingerprint, startsAt, endsAt: String
        let status: Status
    }

    private func alerts(_ real: RealServerProcess) async throws -> [Alert] {
        let answer = try await LoopbackHTTP(real["ALERTMANAGER"]).send("GET", "/api/v2/alerts")
        return try JSONDecoder().decode([Alert].self, from: answer.body)
    }

    @Test func `a rotation that is stuck arrives once, stays, and is over afterwards`() async throws
    {
        try await Stage.open { stage in
            let real = try await RealServerProcess.start("prometheus", on: stage.bench)
            try stage.bench.write(
                """
                channels:
                  - {type: alertmanager, url: "\(real["ALERTMANAGER"])", labels: [team=payments]}

                """, to: "plans/alerts.yaml")
            let tested = try await stage.succeed("alerts", "test")
            #expect(tested.output.contains("alertmanager (alertmanager): sent"))
            try await stage.begin(until: "distribute")
            try stage.store("somebody-elses-value-0123456789")
            var ends: [String] = []
            var fingerprints = Set<String>()
            for _ in 0..<3 {
                let run = try await stage.run("run", "--wait", "5s")
                #expect(run.exit == 20, "\(run)")
                let held = try await alerts(real).filter {
                    $0.labels["alertname"] == "HoldoverRotationHeld"
                }
                #expect(held.count == 1)
                let one = try #require(held.first)
                #expect(one.labels["client"] == "billing" && one.labels["team"] == "payments")
                #expect(one.annotations["standing"] == "both secrets are accepted")
                #expect(one.annotations["next"]?.hasPrefix("holdover explain billing") == true)
                #expect(one.status.state == "active")
                ends.append(one.endsAt)
                fingerprints.insert(one.fingerprint)
            }
            #expect(fingerprints.count == 1)
            // Each run moves its end on.
            #expect(Set(ends).count == 3 && ends.sorted() == ends, "\(ends)")
            try await stage.succeed("rollback", "billing")
            try stage.store(stage.old)
            _ = try await stage.run("run", "--wait", "30s")
            try await stage.succeed("run")
            // What is over isn't listed any more.
            let isOver = try await eventually(within: .seconds(30)) {
                try await !alerts(real).contains {
                    $0.labels["alertname"] == "HoldoverRotationHeld"
                }
            }
            #expect(isOver)
        }
    }
}
