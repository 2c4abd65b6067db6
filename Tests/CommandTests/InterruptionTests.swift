import Foundation
import ProcessTesting
import Testing

/// Signals in the middle of a run.
struct InterruptionTests {
    private let creation = "/api/v1/apps/.*/secrets"

    @Test(arguments: [SIGTERM, SIGINT])
    func `a signal lets the present call end and be recorded`(signal: Int32) async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try await stage.server.fault(
                "slow", method: "POST", path: creation, more: #","ms":1500"#)
            let run = try stage.holdover.spawn(["run", "--wait", "30s"])
            try await stage.waitForFault()
            run.send(signal)
            let outcome = try await stage.holdover.outcome(of: run, ["run"])
            #expect(outcome.exit == 130, "\(outcome)")
            #expect(outcome.errors.isEmpty, "\(outcome)")
            // The creation was awaited, and its answer is known.
            #expect(try await stage.rotation().phase == "accept")
            #expect(try stage.stored() == stage.old)
            #expect(try await stage.server.client(Stage.client).live.count == 2)
            try await stage.expectCompletion()
        }
    }

    @Test func `a second signal leaves at once, and the next run finds out`() async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try await stage.server.fault(
                "slow", method: "POST", path: creation, more: #","ms":20000,"when":"after""#)
            let run = try stage.holdover.spawn(["run", "--wait", "30s"])
            try await stage.waitForFault()
            let isOver = await eventually(within: .seconds(10), every: .milliseconds(100)) {
                run.send(SIGTERM)
                return run.ending != nil
            }
            #expect(isOver)
            #expect(await run.wait() == .exited(130))
            #expect(try stage.stored() == stage.old)
            try await stage.expectCompletion()
        }
    }

    @Test func `a kill in the middle of a run costs nothing`() async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try await stage.server.fault(
                "slow", method: "POST", path: creation, more: #","ms":500,"when":"after""#)
            let run = try stage.holdover.spawn(["run", "--wait", "30s"])
            try await stage.waitForFault()
            run.send(SIGKILL)
            #expect(await run.wait() == .signalled(SIGKILL))
            try await stage.expectCompletion()
        }
    }
}
