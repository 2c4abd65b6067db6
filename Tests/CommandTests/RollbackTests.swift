import Foundation
import ProcessTesting
import Testing

/// Going back, from wherever the rotation is.
struct RollbackTests {
    @Test(arguments: ["generate", "distribute", "verify"])
    func `a rotation goes back from behind each step`(step: String) async throws {
        try await Stage.open { stage in
            try await stage.begin(until: step)
            #expect(try await stage.server.client(Stage.client).live.count == 2)
            try await stage.succeed("rollback", "billing", "--reason", "it breaks the legacy job")
            try await stage.expectReturn()
            let page = try await stage.succeed("status", "billing").output
            #expect(page.contains("it breaks the legacy job"), "\(page)")
        }
    }

    @Test func `a rollback that is asked for again is had all the same`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "distribute")
            try await stage.server.fault("error_before_effect", method: "DELETE", path: ".*")
            try await stage.succeed("rollback", "billing")
            try await stage.succeed("rollback", "billing")
            try await stage.expectReturn()
        }
    }

    @Test func `a rotation goes back at Keycloak, too`() async throws {
        try await Stage.open(.keycloak) { stage in
            try await stage.begin(until: "verify")
            try await stage.succeed("rollback", "billing")
            try await stage.expectReturn()
        }
    }

    @Test func `a rotation that has done nothing goes back by doing nothing`() async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try await stage.succeed("rollback", "billing")
            try await stage.expectReturn()
            #expect(try await stage.server.client(Stage.client).secrets.count == 1)
        }
    }

    @Test(arguments: ["error_before_effect", "error_after_effect"])
    func `a rotation goes back though the old secret is disabled already`(kind: String)
        async throws
    {
        try await Stage.open(plan: { plan, _ in plan.set("retry: {first: 2s, cap: 2s}") }) {
            stage in
            try await stage.begin(until: "verify")
            try await stage.server.fault(kind, method: "POST", path: ".*/lifecycle/deactivate")
            let outcome = try await stage.run("run")
            #expect(try await stage.rotation().phase == "disable", "\(outcome)")
            try await stage.succeed("rollback", "billing")
            try await stage.expectReturn()
        }
    }

    @Test func `a deletion that the server did not take can still be undone`() async throws {
        try await Stage.open(plan: { plan, _ in plan.set("retry: {first: 2s, cap: 2s}") }) {
            stage in
            try await stage.begin(until: "verify")
            try await stage.server.fault(
                "rate_limit", method: "DELETE", path: ".*/secrets/.*", more: #","retry_after":60"#)
            let outcome = try await stage.run("run")
            #expect(outcome.exit == 75, "\(outcome)")
            #expect(try await stage.rotation().phase == "delete", "\(outcome)")
            try await stage.succeed("rollback", "billing")
            try await stage.expectReturn()
        }
    }

    @Test func `after the deletion a rollback is refused with words`() async throws {
        try await Stage.open(plan: { plan, _ in plan.set("watch: 1h") }) { stage in
            try await stage.begin(until: "revoke")
            try await stage.run("rollback", "billing").expect(
                exit: 1, "rollback-refused", saying: "the deletion of the old secret was sent")
            let page = try await stage.succeed("explain", "billing").output
            #expect(page.contains("a rollback can't be had"), "\(page)")
            #expect(!page.contains("you can: holdover rollback"), "\(page)")
            let new = try stage.stored()
            #expect(new != stage.old)
            let status = try await stage.server.tokenStatus(.okta, Stage.client, new)
            #expect(status == 200)
            #expect(try await stage.consumer.stop().failed == 0)
        }
    }

    @Test func `a rotation that goes back turns forward again on demand`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "verify")
            try await stage.run("resume", "billing", "--forward").expect(
                exit: 1, "request-refused")
            try await stage.succeed("rollback", "billing")
            try await stage.succeed("resume", "billing", "--forward")
            try await stage.expectCompletion()
        }
    }

    @Test func `what is over can't be asked for anything`() async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try await stage.expectCompletion()
            for word in ["rollback", "hold", "approve", "retry", "resume"] {
                try await stage.run(word, "billing").expect(exit: 1, "rotation-over")
            }
        }
    }
}
