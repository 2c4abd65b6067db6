import ProcessTesting
import Testing

/// Servers that hold one secret for a client, under a plan that stages the new one as a candidate.
struct PreStageTests {
    typealias Dialect = PracticeServerProcess.Dialect

    private static let staging: @Sendable (inout PlanText, Workbench) -> Void = { plan, _ in
        plan.set("strategy: pre-stage")
    }

    private func open(
        _ dialect: Dialect, rules: [String] = [], _ body: (Stage) async throws -> Void
    ) async throws {
        try await Stage.open(
            dialect, layout: .twofold,
            plan: { plan, bench in
                Self.staging(&plan, bench)
                for rule in rules { plan.set(rule) }
            }, body)
    }

    private func expectEnd(_ stage: Stage) async throws {
        let outcome = try await stage.run("run", "--wait", "30s")
        #expect(outcome.exit == 0, "\(outcome)")
        #expect(try await stage.rotation().state == "completed", "\(outcome)")
        let both = try stage.both()
        #expect(both.client_secret != stage.old && both.next_secret == both.client_secret)
        try await stage.expectAccepted(both.client_secret)
        #expect(try await stage.server.tokenStatus(stage.dialect, Stage.client, stage.old) != 200)
        try await expectNoFailure(stage)
    }

    private func expectNoFailure(_ stage: Stage) async throws {
        try await stage.succeed("audit", "verify")
        let counts = try await stage.consumer.stop()
        #expect(counts.failed == 0, "\(counts.lastFailure)")
    }

    @Test(arguments: Dialect.chosen)
    func `the server switches without one failed request`(dialect: Dialect) async throws {
        try await open(dialect) { stage in
            let checked = try await stage.succeed("check", Stage.client)
            #expect(checked.output.contains("[pre-stage]"), "\(checked)")
            let rehearsed = try await stage.succeed("start", Stage.client, "--dry-run")
            #expect(rehearsed.output.contains("announce"), "\(rehearsed)")
            try await stage.begin()
            try await expectEnd(stage)
        }
    }

    @Test(arguments: [Dialect.auth0, .glewlwyd], ["generate", "distribute", "verify"])
    func `a rollback leads back from every step`(dialect: Dialect, step: String) async throws {
        try await open(dialect) { stage in
            try await stage.begin(until: step)
            try await expectWayBack(stage)
        }
    }

    private func expectWayBack(_ stage: Stage) async throws {
        try await stage.succeed("rollback", Stage.client, "--reason", "test")
        let outcome = try await stage.run("run", "--wait", "30s")
        #expect(outcome.exit == 0, "\(outcome)")
        #expect(try await stage.rotation().state == "abandoned", "\(outcome)")
        let both = try stage.both()
        #expect(both.client_secret == stage.old && both.next_secret == stage.old)
        try await stage.expectAccepted(stage.old)
        try await expectNoFailure(stage)
    }

    @Test func `approval is waited for with the candidate staged, and a rollback takes it away`()
        async throws
    {
        try await open(.auth0, rules: ["approval: required"]) { stage in
            try await stage.begin()
            let isAsked = try await eventually(within: .seconds(60)) {
                _ = try await stage.run("run", "--wait", "1s")
                return try await stage.rotation().reason == "approval"
            }
            #expect(isAsked)
            let both = try stage.both()
            #expect(both.client_secret == stage.old && both.next_secret != stage.old)
            let explained = try await stage.succeed("explain", Stage.client)
            #expect(explained.output.contains("every consumer holds both"), "\(explained)")
            try await expectWayBack(stage)
        }
    }

    private static let switches: [(dialect: Dialect, method: String, path: String)] = [
        (.auth0, "PATCH", "/auth0/.*/clients/.*"), (.glewlwyd, "PUT", "/glewlwyd/.*"),
    ]

    @Test(arguments: switches, ["lost_answer", "error_before_effect", "html"])
    func `whatever becomes of the switch, no request fails`(
        server: (dialect: Dialect, method: String, path: String), kind: String
    ) async throws {
        try await open(server.dialect) { stage in
            let more = kind == "html" ? #","when":"after""# : ""
            try await stage.server.fault(
                kind, method: server.method, path: server.path, more: more)
            try await stage.begin(until: "generate")
            try await stage.waitForFault()
            try await expectEnd(stage)
        }
    }

    @Test(arguments: [Dialect.okta, .gitlab])
    func `where nothing can be staged, or nothing needs to be, nothing begins`(dialect: Dialect)
        async throws
    {
        try await open(dialect) { stage in
            let refused = try await stage.run("start", Stage.client)
            refused.expect(exit: 1, "needs-no-pre-stage")
            let words = dialect == .okta ? "leave `strategy` out" : "`strategy: blue-green`"
            #expect(refused.errors.contains(words), "\(refused)")
        }
    }

    @Test func `a store without a place for the candidate is a mistake in the plan`() async throws {
        try await Stage.open(.auth0, plan: Self.staging) { stage in
            let refused = try await stage.run("check", Stage.client)
            #expect(refused.exit == 2 && refused.errors.contains("candidate_field"), "\(refused)")
        }
    }
}
