import Foundation
import ProcessTesting
import Testing

/// Sixty-four runs at once: one drives, and the others leave at the door.
///
/// `HOLDOVER_CHAOS_CROWDS` says how often.
@Suite(.serialized)
struct CrowdTests {
    private static let size = 64

    @Test(.timeLimit(.minutes(60)))
    func `of sixty-four runs at once exactly one drives, and nothing happens twice`() async throws {
        try await Workbench.open { bench in
            // The one that drives waits for a person, so that none comes after its end.
            let lone = try await LoneClient(on: bench, rules: ["approval: required"])
            for round in 1...max(1, ProcessSettings.crowds) {
                try await lone.succeed("start", LoneClient.id)
                let runs = try (0..<Self.size).map { _ in
                    try lone.holdover.spawn(["run", "-q", "--wait", "10m"])
                }
                let haveLeft = try await eventually(within: .seconds(120)) {
                    try await lone.succeed("status", LoneClient.id)
                    return runs.count { $0.ending != nil } >= Self.size - 1
                }
                #expect(haveLeft, "round \(round)")
                try await lone.succeed("approve", LoneClient.id, "--reason", "round \(round)")
                try await Self.judge(runs, lone, round)
            }
        }
    }

    private static func judge(_ runs: [SpawnedProcess], _ lone: LoneClient, _ round: Int)
        async throws
    {
        var drivers = 0
        for run in runs {
            let outcome = try await lone.holdover.outcome(of: run, ["run"])
            if outcome.exit == 0 {
                drivers += 1
            } else {
                #expect(outcome.exit == 11, "round \(round): \(outcome)")
                #expect(outcome.errors.contains("[run-in-progress]"), "round \(round): \(outcome)")
                #expect(outcome.output.isEmpty, "round \(round): \(outcome)")
            }
        }
        #expect(drivers == 1, "round \(round)")
        let rotation = try await lone.rotation()
        #expect(rotation.state == "completed", "round \(round): \(rotation)")
        let lines = try await lone.audit().filter { $0.rotation == rotation.rotation }
        let driving = Set(lines.filter { $0.event != "rotation-started" }.map(\.epoch))
        // Commands that only ask write under the epoch that they find.
        #expect(driving.count <= 2, "round \(round): \(driving)")
        for event in ["create-sent", "delete-sent"] {
            #expect(lines.count { $0.event == event } == 1, "round \(round): \(event)")
        }
        // The server's own word: one creation a round, and the first.
        #expect(try await lone.server.client(LoneClient.id).secrets.count == 1 + round)
        try await lone.judge("round \(round)")
    }
}
