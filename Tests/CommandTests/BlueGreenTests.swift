import ProcessTesting
import Testing

/// Rotations by which the client_id changes too: two clients that take turns where a server holds
/// one secret for each, and servers that give each secret an id of its own.
struct BlueGreenTests {
    typealias Dialect = PracticeServerProcess.Dialect

    /// A registration access token is for one client, so a plan can't name two.
    private static let dialects = Dialect.single.filter { $0 != .rfc7592 } + Dialect.paired

    @Test(arguments: dialects)
    func `rotations follow each other, and no consumer fails`(dialect: Dialect) async throws {
        try await PairStage.open(dialect) { stage in
            var pair = try stage.stored()
            for _ in 1...2 {
                try await stage.run("start", Stage.client).expectSuccess()
                pair = try await stage.expectCompletion(from: pair)
            }
            // What takes turns has come back to the first.
            let isBlueGreen = Dialect.single.contains(dialect)
            #expect((pair.client_id == PairStage.client) == isBlueGreen)
            try await stage.expectNoFailure()
        }
    }

    @Test(arguments: [Dialect.auth0, .salesforce])
    func `a script gets a token of the client whose secret the store holds`(dialect: Dialect)
        async throws
    {
        try await PairStage.open(dialect) { stage in
            let before = try stage.stored()
            let old = try await stage.run("token", Stage.client)
            old.expectSuccess()
            try await stage.run("start", Stage.client).expectSuccess()
            let after = try await stage.expectCompletion(from: before)
            // On a host without anything of the administrator's.
            let script = HoldoverProcess(on: stage.bench)
            let new = try await script.run(["token", Stage.client, "--introspect"])
            new.expectSuccess()
            #expect(new.output.contains(after.client_id), "\(new)")
            #expect(!new.output.contains("the cache"), "\(new)")
            try await stage.expectNoFailure()
        }
    }

    @Test(arguments: [Dialect.auth0, .gitlab, .salesforce], ["generate", "distribute", "verify"])
    func `a rollback leads back from every step`(dialect: Dialect, step: String) async throws {
        try await PairStage.open(dialect) { stage in
            let before = try stage.stored()
            try await stage.run("start", Stage.client).expectSuccess()
            try await stage.run("run", "--wait", "30s", "--until", step).expectSuccess()
            try await stage.run("rollback", Stage.client, "--reason", "test").expectSuccess()
            let outcome = try await stage.run("run", "--wait", "30s")
            #expect(outcome.exit == 0, "\(outcome)")
            #expect(try stage.stored() == before)
            #expect(try await stage.isAccepted(before))
            try await stage.expectNoFailure()
        }
    }

    private static let creations: [(dialect: Dialect, method: String, path: String)] = [
        (.auth0, "PATCH", "/auth0/.*/clients/.*"), (.gitlab, "POST", "/gitlab/.*/renew-secret"),
        (.salesforce, "POST", "/salesforce/.*/staged"),
    ]

    @Test(arguments: creations, ["lost_answer", "error_before_effect", "html"])
    func `whatever becomes of the creation, the rotation ends well`(
        server: (dialect: Dialect, method: String, path: String), kind: String
    ) async throws {
        try await PairStage.open(server.dialect) { stage in
            let more = kind == "html" ? #","when":"after""# : ""
            try await stage.server.fault(
                kind, method: server.method, path: server.path, more: more)
            try await stage.run("start", Stage.client).expectSuccess()
            _ = try await stage.expectCompletion(from: try stage.stored())
            try await stage.expectNoFailure()
        }
    }

    @Test func `a store without a place for the client_id is refused before anything is made`()
        async throws
    {
        try await PairStage.open(.auth0) { stage in
            let before = try stage.stored()
            let text = try stage.bench.read("plans/billing.yaml")
            let lines = text.split(separator: "\n").filter { !$0.contains("client_id_field") }
            try stage.bench.write(lines.joined(separator: "\n"), to: "plans/billing.yaml")
            try await stage.run("start", Stage.client).expectSuccess()
            try await stage.run("run", "--wait", "30s").expect(exit: 20, "preflight")
            #expect(try stage.stored() == before)
            try await stage.expectNoFailure()
        }
    }

    @Test func `where two secrets overlap there is nothing to take turns for`() async throws {
        try await Stage.open(
            .okta,
            plan: { plan, _ in
                plan.rules += ["strategy: blue-green", "green_client_id: other"]
            }
        ) { stage in
            let refused = try await stage.run("start", Stage.client)
            #expect(refused.exit == 1 && refused.errors.contains("[needs-no-blue-green]"))
            try await stage.expectUntouched()
        }
    }
}
