import Foundation
import ProcessTesting
import Testing

/// More than one command at a time.
struct RunTests {
    @Test func `a rotation that nothing disturbs is completed`() async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try await stage.expectCompletion()
        }
    }

    @Test func `of two runs at once one leaves and does nothing`() async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try await stage.server.fault(
                "slow", method: "POST", path: "/api/v1/apps/.*/secrets", more: #","ms":3000"#)
            let first = try stage.holdover.spawn(["run", "--until", "generate"])
            try await stage.waitForFault()
            let second = try await stage.run("run")
            second.expect(exit: 11, "run-in-progress")
            #expect(second.output.isEmpty)
            #expect(first.ending == nil, "the first was over before the second began")
            #expect(await first.wait() == .exited(0))
            try await stage.expectCompletion()
        }
    }

    @Test func `whoever only looks may look while a run is in progress`() async throws {
        try await Stage.open(plan: { plan, _ in plan.set("overlap: 2s") }) { stage in
            try await stage.begin()
            let run = try stage.holdover.spawn(["run", "--wait", "30s"])
            var looks = 0
            while run.ending == nil {
                for arguments in [
                    ["status"], ["status", "billing", "--json"], ["explain", "billing"],
                    ["history"], ["audit", "verify"],
                ] {
                    let outcome = try await stage.holdover.run(arguments)
                    #expect(outcome.exit == 0, "\(outcome)")
                    #expect(outcome.errors.isEmpty, "\(outcome)")
                    looks += 1
                }
            }
            #expect(looks >= 5)
            #expect(await run.wait() == .exited(0))
            try await stage.expectCompletion()
        }
    }

    @Test func `a hold is obeyed by the run in progress`() async throws {
        try await Stage.open(plan: { plan, _ in plan.set("overlap: 1m") }) { stage in
            try await stage.begin()
            let run = try stage.holdover.spawn(["run", "--wait", "10m"])
            try await stage.waitFor(phase: "overlap")
            let asked = try await stage.succeed("hold", "billing", "--reason", "freeze")
            #expect(asked.output.contains("recorded"))
            let outcome = try await stage.holdover.outcome(of: run, ["run"])
            outcome.expect(exit: 20, "by-operator", saying: "freeze")
            #expect(try await stage.rotation().state == "held")
            try await stage.expectBothAccepted()
            try await stage.run("run").expect(exit: 20, "by-operator")
            try await stage.succeed("rollback", "billing")
            try await stage.expectReturn()
        }
    }

    @Test func `an approval is obeyed by the run in progress`() async throws {
        try await Stage.open(plan: { plan, _ in
            plan.set("approval: required")
            plan.set("retry: {first: 3s, cap: 3s, settle: 3s}")
        }) { stage in
            try await stage.begin()
            let run = try stage.holdover.spawn(["run", "--wait", "10m"])
            let waits = try await eventually(within: .seconds(30)) {
                try await stage.rotation().reason == "approval"
            }
            #expect(waits)
            try await stage.expectBothAccepted()
            try await stage.succeed("approve", "billing", "--reason", "change 4711")
            #expect(await run.wait() == .exited(0))
            try await stage.expectCompletion()
            let audit = try await stage.succeed("audit", "export")
            #expect(audit.output.contains("change 4711"))
        }
    }

    @Test func `a rollback is obeyed by the run in progress`() async throws {
        try await Stage.open(plan: { plan, _ in plan.set("overlap: 1m") }) { stage in
            try await stage.begin()
            let run = try stage.holdover.spawn(["run", "--wait", "2m"])
            try await stage.waitFor(phase: "overlap")
            try await stage.succeed("rollback", "billing", "--reason", "legacy job")
            #expect(await run.wait() == .exited(0))
            try await stage.expectReturn()
        }
    }
}

extension Stage {
    /// Waits until the server has met the requests that its faults are for.
    func waitForFault(at place: SourceLocation = #_sourceLocation) async throws {
        let isTaken = try await eventually(within: .seconds(30)) {
            try await server.control("GET", "faults").text == "[]"
        }
        #expect(isTaken, "no request met the fault", sourceLocation: place)
    }
}
