import Foundation
import ProcessTesting
import Testing

/// Whole rotations whose secret is in a real cluster as well, which loses its leader meanwhile.
@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 starts a cluster"),
    .serialized) struct RealServerClusterTests
{
    private func open(_ body: (Stage, OpenBaoCluster) async throws -> Void) async throws {
        try await Workbench.open { outer in
            let cluster = try await OpenBaoCluster.start(on: outer)
            let standby = cluster.nodes[try await cluster.standby()]
            try await Stage.open(plan: { plan, bench in
                let token = try bench.write(cluster.token, to: "token")
                plan.stores.append([
                    "type: vault", "name: bao", "address: \(standby)", "path: billing",
                    "ca_file: \(cluster.caFile)", #"auth: {token: "file:\#(token)"}"#,
                ])
                plan.set("retry: {first: 200ms, cap: 1s, settle: 100ms}")
            }) { stage in
                try await cluster.put(
                    #"{"client_secret":"\#(stage.old)","other":"stays"}"#, at: "billing")
                try await body(stage, cluster)
            }
        }
    }

    /// Everything is as if the leader had lived.
    private func expectCompletion(_ stage: Stage, _ cluster: OpenBaoCluster) async throws {
        let outcome = try await stage.run("run", "--wait", "60s")
        #expect(outcome.exit == 0, "\(outcome)")
        try await stage.expectCompletion()
        #expect(try await cluster.get("billing") == stage.stored())
        #expect(try await cluster.get("billing", field: "other") == "stays")
        #expect(try await cluster.ask("GET", "secret/data/billing").contains(#""version":2"#))
    }

    @Test func `the leader dies before the secret is distributed`() async throws {
        try await open { stage, cluster in
            try await stage.begin(until: "generate")
            cluster.kill(try #require(try await cluster.leader()))
            let outcome = try await stage.run("run")
            #expect(try await cluster.leader() == nil, "a new leader was too quick: \(outcome)")
            #expect(try await stage.rotation().state != "completed")
            try await stage.expectBothAccepted()
            try await expectCompletion(stage, cluster)
        }
    }

    @Test func `the leader dies while a run is at work`() async throws {
        try await open { stage, cluster in
            try await stage.begin(until: "generate")
            let leader = try #require(try await cluster.leader())
            let process = try stage.holdover.spawn(["run", "--wait", "60s"])
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...150)))
            cluster.kill(leader)
            let outcome = try await stage.holdover.outcome(of: process, ["run"])
            #expect(outcome.exit == 0, "\(outcome)")
            try await expectCompletion(stage, cluster)
        }
    }
}
