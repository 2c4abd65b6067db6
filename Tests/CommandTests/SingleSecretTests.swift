import Foundation
import ProcessTesting
import Testing

/// A whole rotation at each server with one secret, where the plan allows the outage.
struct SingleSecretTests {
    typealias Dialect = PracticeServerProcess.Dialect

    /// Those where the caller makes the secret, so that the old one can be put back.
    private static let chosen = [Dialect.glewlwyd, .lemonldap]
    private static let all = chosen + [.rfc7592]

    private func open(_ dialect: Dialect, _ body: (Stage) async throws -> Void) async throws {
        try await Stage.open(dialect, plan: { plan, _ in plan.set("allow_outage: true") }, body)
    }

    @Test(arguments: all)
    func `the secret is replaced, and the consumer goes on with the new one`(dialect: Dialect)
        async throws
    {
        try await open(dialect) { stage in
            try await stage.begin()
            try await stage.succeed("run", "--wait", "30s")
            #expect(try await stage.rotation().state == "completed")
            let new = try stage.stored()
            #expect(new != stage.old)
            try await stage.expectAccepted(new)
            #expect(try await stage.server.tokenStatus(dialect, Stage.client, stage.old) != 200)
            #expect(try await stage.server.client(Stage.client).live.count == 1)
            try await stage.succeed("audit", "verify")
        }
    }

    @Test(arguments: chosen, ["distribute", "verify"])
    func `a rollback puts the old secret back`(dialect: Dialect, step: String) async throws {
        try await open(dialect) { stage in
            try await stage.begin(until: step)
            try await stage.succeed("rollback", Stage.client, "--reason", "test")
            try await stage.succeed("run", "--wait", "30s")
            #expect(try await stage.rotation().state == "abandoned")
            #expect(try stage.stored() == stage.old)
            try await stage.expectAccepted(stage.old)
        }
    }

    @Test(arguments: all, ["lost_answer", "error_after_effect", "error_before_effect"])
    func `a change whose answer was lost ends well`(dialect: Dialect, kind: String) async throws {
        try await open(dialect) { stage in
            let method = dialect == .lemonldap ? "PATCH" : "PUT"
            try await stage.server.fault(kind, method: method, path: "/\(dialect.rawValue)/.*")
            try await stage.begin()
            try await stage.succeed("run", "--wait", "60s")
            #expect(try await stage.rotation().state == "completed")
            let new = try stage.stored()
            #expect(new != stage.old)
            try await stage.expectAccepted(new)
        }
    }
}
