import Foundation
import ProcessTesting
import Testing

/// Plans that are edited, broken or deleted in the middle of a rotation.
struct EditedPlanTests {
    @Test func `an edited plan waits for a decision before anything is revoked`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "distribute")
            try stage.edit { $0.set("watch: 400ms") }
            try await stage.run("run", "--wait", "5s").expect(exit: 20, "plan-changed")
            try await stage.expectBothAccepted()
            let page = try await stage.succeed("explain", "billing").output
            #expect(page.contains("you can: holdover resume billing --keep-plan"), "\(page)")
            #expect(page.contains("you can: holdover resume billing --accept-plan"), "\(page)")
            #expect(page.contains("you can: holdover rollback billing"), "\(page)")
            #expect(page.contains("edited: watch: 300ms became 400ms"), "\(page)")
            try await stage.succeed("resume", "billing", "--keep-plan")
            try await stage.expectCompletion()
        }
    }

    @Test func `a run that starts nothing sees an edited plan too`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "distribute")
            try stage.edit { $0.set("watch: 400ms") }
            let outcome = try await stage.run("run", "--no-start", "--wait", "5s")
            outcome.expect(exit: 20, "plan-changed")
            try await stage.expectBothAccepted()
            try await stage.succeed("rollback", "billing")
            try await stage.expectReturn()
        }
    }

    @Test func `a store added on the way has the new secret before anything is revoked`()
        async throws
    {
        try await Stage.open { stage in
            try await stage.begin(until: "verify")
            let second = try stage.bench.write(stage.old, to: "store/second")
            try stage.edit { $0.stores.append(PlanText.file(second, "name: second")) }
            try await stage.run("run", "--wait", "5s").expect(exit: 20, "plan-changed")
            try await stage.expectBothAccepted()
            try await stage.succeed("resume", "billing", "--accept-plan")
            try await stage.succeed("run", "--wait", "5s", "--until", "distribute")
            #expect(try stage.stored(in: "second") == stage.stored())
            try await stage.expectBothAccepted()
            try await stage.expectCompletion()
            #expect(try stage.stored(in: "second") == stage.stored())
        }
    }

    @Test func `a deleted plan waits for a decision before anything is revoked`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "distribute")
            try FileManager.default.removeItem(atPath: stage.bench.at("plans/billing.yaml"))
            try await stage.run("run", "--wait", "5s").expect(exit: 20, "plan-missing")
            try await stage.expectBothAccepted()
            let page = try await stage.succeed("explain", "billing").output
            #expect(page.contains("you can: holdover resume billing --keep-plan"), "\(page)")
            try await stage.succeed("resume", "billing", "--keep-plan")
            try await stage.expectCompletion()
        }
    }

    @Test func `a plan that is broken on the way blocks the revocation`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "distribute")
            try stage.edit { $0.set("overlapp: 1s") }
            let outcome = try await stage.run("run", "--wait", "5s")
            #expect(outcome.exit == 20, "\(outcome)")
            #expect(outcome.errors.contains("did you mean overlap?"), "\(outcome)")
            #expect(outcome.errors.contains("[plan-missing]"), "\(outcome)")
            try await stage.expectBothAccepted()
            try stage.edit { _ in }
            try await stage.expectCompletion()
        }
    }

    @Test(arguments: ["plan-changed", "plan-missing"])
    func `what becomes of a plan file while a run waits is seen by that run`(reason: String)
        async throws
    {
        try await Stage.open(plan: { plan, _ in plan.set("overlap: 4s") }) { stage in
            try await stage.begin(until: "distribute")
            async let running = stage.run("run", "--wait", "10s")
            try await stage.waitFor(phase: "overlap")
            if reason == "plan-changed" {
                try stage.edit { $0.set("watch: 400ms") }
            } else {
                try FileManager.default.removeItem(atPath: stage.bench.at("plans/billing.yaml"))
            }
            let outcome = try await running
            outcome.expect(exit: 20, reason)
            try await stage.expectBothAccepted()
            try await stage.succeed("resume", "billing", "--keep-plan")
            try await stage.expectCompletion()
        }
    }

    @Test func `a plan that moves to another file while a run waits is the same plan`()
        async throws
    {
        try await Stage.open(plan: { plan, _ in plan.set("overlap: 4s") }) { stage in
            try await stage.begin(until: "distribute")
            async let running = stage.run("run", "--wait", "30s")
            try await stage.waitFor(phase: "overlap")
            try FileManager.default.moveItem(
                atPath: stage.bench.at("plans/billing.yaml"),
                toPath: stage.bench.at("plans/moved.yaml"))
            let outcome = try await running
            #expect(outcome.exit == 0, "\(outcome)")
            #expect(try await stage.rotation().state == "completed")
        }
    }

    @Test func `an edited plan for another client can't be accepted`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "distribute")
            let text = stage.plan.text.replacing("client_id: billing", with: "client_id: orders")
            try stage.bench.write(text, to: "plans/billing.yaml")
            let outcome = try await stage.run("resume", "billing", "--accept-plan")
            outcome.expect(exit: 1, "request-refused", saying: "another client")
            try await stage.expectBothAccepted()
            try await stage.run("run", "--wait", "5s").expect(exit: 20, "plan-changed")
            try await stage.succeed("resume", "billing", "--keep-plan")
            try await stage.expectCompletion()
        }
    }
}
