import ProcessTesting
import Testing

/// Servers that hold one secret for a client, with and without a plan that allows the outage.
struct OutageTests {
    typealias Dialect = PracticeServerProcess.Dialect

    private static let allowing: @Sendable (inout PlanText, Workbench) -> Void = { plan, _ in
        plan.set("allow_outage: true")
    }

    @Test(arguments: Dialect.single)
    func `without the plan's word nothing begins, and the choices are told`(dialect: Dialect)
        async throws
    {
        try await Stage.open(dialect) { stage in
            let checked = try await stage.run("check", Stage.client)
            #expect(checked.exit == 1 && checked.output.contains("[no-overlap]"), "\(checked)")
            let refused = try await stage.run("start", Stage.client)
            refused.expect(exit: 1, "no-overlap", saying: "`strategy: blue-green`")
            #expect(refused.errors.contains("`allow_outage: true`"), "\(refused)")
            try await stage.expectUntouched()
            #expect(try stage.consumer.stats().failed == 0)
        }
    }

    @Test(arguments: Dialect.single)
    func `the outage is told before it begins, and ends with every consumer on the new secret`(
        dialect: Dialect
    ) async throws {
        try await Stage.open(dialect, plan: Self.allowing) { stage in
            let checked = try await stage.succeed("check", Stage.client)
            #expect(checked.output.contains("[outage]"), "\(checked)")
            let started = try await stage.succeed("start", Stage.client)
            #expect(started.output.contains("note: this server holds one secret"), "\(started)")
            try await expectEnd(stage)
        }
    }

    private func expectEnd(_ stage: Stage) async throws {
        let outcome = try await stage.run("run", "--wait", "30s")
        #expect(outcome.exit == 0, "\(outcome)")
        #expect(try await stage.rotation().state == "completed", "\(outcome)")
        let new = try stage.stored()
        #expect(new != stage.old)
        try await stage.expectAccepted(new)
        #expect(try await stage.server.tokenStatus(stage.dialect, Stage.client, stage.old) != 200)
        try await expectNoFailureFromNowOn(stage)
    }

    /// Whatever failed, failed while the outage lasted.
    private func expectNoFailureFromNowOn(_ stage: Stage) async throws {
        // The counts are a moment old, so what failed up to now stands in the next ones.
        _ = try await countsAfter(try stage.consumer.stats(), more: 1, stage)
        let before = try stage.consumer.stats()
        let after = try await countsAfter(before, more: 10, stage)
        #expect(after.failed == before.failed, "\(after.lastFailure)")
        try await stage.succeed("audit", "verify")
    }

    /// The consumer's counts once it has made so many more requests.
    private func countsAfter(
        _ counts: ConsumerProcess.Stats, more: Int, _ stage: Stage
    ) async throws -> ConsumerProcess.Stats {
        let goesOn = try await eventually(within: .seconds(30)) {
            try stage.consumer.stats().requests >= counts.requests + more
        }
        #expect(goesOn)
        return try stage.consumer.stats()
    }

    @Test(arguments: Dialect.chosen, ["generate", "distribute", "verify"])
    func `a rollback puts the old secret in force again`(dialect: Dialect, step: String)
        async throws
    {
        try await Stage.open(dialect, plan: Self.allowing) { stage in
            try await stage.begin(until: step)
            try await stage.succeed("rollback", Stage.client, "--reason", "test")
            let outcome = try await stage.run("run", "--wait", "30s")
            #expect(outcome.exit == 0, "\(outcome)")
            #expect(try await stage.rotation().state == "abandoned", "\(outcome)")
            #expect(try stage.stored() == stage.old)
            try await stage.expectAccepted(stage.old)
            try await expectNoFailureFromNowOn(stage)
        }
    }

    @Test(
        arguments: Dialect.single.filter { !Dialect.chosen.contains($0) }, ["generate", "verify"])
    func `where the old value can't be had again, a rollback is held and leads forward`(
        dialect: Dialect, step: String
    ) async throws {
        try await Stage.open(dialect, plan: Self.allowing) { stage in
            try await stage.begin(until: step)
            try await stage.succeed("rollback", Stage.client, "--reason", "test")
            try await stage.run("run", "--wait", "30s").expect(exit: 20, "cannot-withdraw")
            try await stage.succeed("resume", Stage.client, "--forward")
            try await expectEnd(stage)
        }
    }

    private static let creations: [(dialect: Dialect, method: String, path: String)] = [
        (.auth0, "PATCH", "/auth0/.*/clients/.*"), (.gitlab, "POST", "/gitlab/.*/renew-secret"),
        (.authentik, "PATCH", "/authentik/.*/providers/oauth2/.*/"),
        (.authlete, "POST", "/authlete/.*/client/secret/update/.*"),
        (.glewlwyd, "PUT", "/glewlwyd/.*"), (.lemonldap, "PATCH", "/lemonldap/.*"),
        (.rfc7592, "PUT", "/rfc7592/.*"), (.zitadel, "POST", "/zitadel/v2/users/.*/secret"),
    ]

    @Test(arguments: creations, ["lost_answer", "error_before_effect", "html"])
    func `whatever becomes of the switch, the rotation ends well`(
        server: (dialect: Dialect, method: String, path: String), kind: String
    ) async throws {
        try await Stage.open(server.dialect, plan: Self.allowing) { stage in
            let more = kind == "html" ? #","when":"after""# : ""
            try await stage.server.fault(
                kind, method: server.method, path: server.path, more: more)
            try await stage.begin()
            try await expectEnd(stage)
        }
    }

    @Test func `a person's approval is waited for before the secret is replaced`() async throws {
        try await Stage.open(
            .auth0,
            plan: { plan, bench in
                Self.allowing(&plan, bench)
                plan.set("approval: required")
            }
        ) { stage in
            try await stage.begin()
            _ = try await stage.run("run")
            #expect(try await stage.rotation().reason == "approval")
            try await stage.expectUntouched()
            try await stage.succeed("approve", Stage.client, "--reason", "change 4711")
            try await expectEnd(stage)
        }
    }
}
