import Foundation
import ProcessTesting
import Testing

/// What a rotation waits for, and what `run` says about it.
struct GateTests {
    @Test func `nothing is revoked without the approval that the plan asks for`() async throws {
        try await Stage.open(plan: { plan, _ in plan.set("approval: required") }) { stage in
            try await stage.begin()
            try await stage.succeed("run", "--wait", "3s")
            #expect(try await stage.rotation().reason == "approval")
            let page = try await stage.succeed("explain", "billing").output
            #expect(page.contains("you can: holdover approve billing"), "\(page)")
            try await stage.expectBothAccepted()
            try await stage.succeed("approve", "billing", "--reason", "change 4711")
            try await stage.expectCompletion()
        }
    }

    @Test func `a soak is waited out where no consumer reports`() async throws {
        try await Stage.open(plan: { plan, _ in
            plan.consumers = []
            plan.set("soak: 2s")
        }) { stage in
            try await stage.begin()
            try await stage.succeed("run")
            try await stage.succeed("run", "--wait", "1s")
            #expect(try await stage.rotation().reason == "soak")
            try await stage.expectBothAccepted()
            try await stage.expectCompletion()
        }
    }

    @Test func `a consumer that does not come along keeps the old secret alive`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "generate")
            stage.consumer.process.send(SIGSTOP)
            try await stage.succeed("run", "--wait", "2s")
            let rotation = try await stage.rotation()
            #expect(rotation.phase == "adopt" && rotation.reason == "adoption")
            #expect(rotation.detail?.contains("web-1") == true)
            try await stage.expectBothAccepted()
            stage.consumer.process.send(SIGCONT)
            try await stage.expectCompletion()
        }
    }

    @Test func `a run goes no further than it was told`() async throws {
        try await Stage.open { stage in
            try await stage.succeed("start", "billing")
            for (step, next) in [
                ("generate", "write"), ("distribute", "adopt"), ("verify", "disable"),
                ("revoke", "watch"),
            ] {
                try await stage.succeed("run", "--until", step, "--wait", "30s")
                #expect(try await stage.rotation().phase == next)
                // Once there, it has nothing to do and doesn't stay.
                try await stage.succeed("run", "--until", step, "--wait", "10m")
                #expect(try await stage.rotation().phase == next)
            }
            try await stage.expectCompletion()
        }
    }

    @Test func `with nothing due a run says nothing`() async throws {
        try await Stage.open { stage in
            for arguments in [["run"], ["run", "-q"], ["run", "--detailed-exitcode"]] {
                let outcome = try await stage.holdover.run(arguments)
                #expect(outcome.exit == 0, "\(outcome)")
                #expect(outcome.output.isEmpty && outcome.errors.isEmpty, "\(outcome)")
            }
            try await stage.expectUntouched()
        }
    }

    @Test func `a quiet run says nothing while all is well, and all that isn't`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "generate")
            let quiet = try await stage.succeed("run", "-q", "--wait", "1s")
            #expect(quiet.output.isEmpty, "\(quiet)")
            // A program that asks for JSON is told what the run came to, and nothing else.
            let json = try await stage.succeed("run", "-q", "--json")
            #expect(json.output.count { $0 == "\n" } == 1, "\(json)")
            #expect(json.output.contains(#""type":"summary""#), "\(json)")
            try await stage.expectCompletion()
            try await stage.succeed("start", "billing")
            try await stage.succeed("hold", "billing")
            try await stage.run("run", "-q").expect(exit: 20, "by-operator")
        }
    }

    @Test func `a detailed exit code tells moving, waiting and resting apart`() async throws {
        try await Stage.open { stage in
            let resting = try await stage.run("run", "--detailed-exitcode")
            #expect(resting.exit == 0, "\(resting)")
            try await stage.begin(until: "generate")
            stage.consumer.process.send(SIGSTOP)
            let moved = try await stage.run("run", "--detailed-exitcode", "--wait", "1s")
            #expect(moved.exit == 10, "\(moved)")
            let waiting = try await stage.run("run", "--detailed-exitcode", "--wait", "1s")
            #expect(waiting.exit == 5, "\(waiting)")
            stage.consumer.process.send(SIGCONT)
            let moving = try await stage.run("run", "--detailed-exitcode", "--wait", "30s")
            #expect(moving.exit == 10, "\(moving)")
            try await stage.expectCompletion()
        }
    }

    @Test func `several clients at once, one at a time, and one alone`() async throws {
        try await Stage.open { stage in
            let others = ["orders", "stock", "mail"]
            for name in others {
                let secret = Stage.makeSecret()
                try await stage.server.createClient(.okta, name, secret: secret)
                let path = try stage.bench.write(secret, to: "store/\(name)")
                var plan = PlanText.of(
                    .okta,
                    name, at: stage.server, stores: [PlanText.file(path)])
                plan.set("soak: 0s")
                try plan.write(on: stage.bench)
                try await stage.succeed("start", name)
            }
            try await stage.succeed("run", "--client", "orders", "--wait", "30s")
            let first = try await stage.succeed("history").output
            #expect(first.contains("orders") && first.contains("completed"), "\(first)")
            let states = try await stage.succeed("status").output
            #expect(states.contains("2 running, 0 held, 1 completed"), "\(states)")
            try await stage.succeed("run", "--jobs", "1", "--wait", "30s")
            try await stage.begin()
            try await stage.expectCompletion()
            let all = try await stage.succeed("status").output
            #expect(all.contains("0 running, 0 held, 4 completed"), "\(all)")
        }
    }
}
