import Foundation
import ProcessTesting
import Testing

/// A whole rotation at each vendor's server, while a consumer fetches tokens all the time.
struct VendorTests {
    typealias Dialect = PracticeServerProcess.Dialect

    @Test(arguments: Dialect.allCases)
    func `a rotation is completed, and no consumer fails`(dialect: Dialect) async throws {
        try await Stage.open(dialect) { stage in
            try await stage.begin()
            try await stage.expectCompletion()
        }
    }

    @Test(arguments: Dialect.twoWay, ["generate", "distribute", "verify"])
    func `a rollback leads back from every step`(dialect: Dialect, step: String) async throws {
        try await Stage.open(dialect) { stage in
            try await stage.begin(until: step)
            try await stage.succeed("rollback", Stage.client, "--reason", "test")
            try await stage.expectReturn()
        }
    }

    @Test(arguments: Dialect.oneWay, ["generate", "distribute", "verify"])
    func `a rollback that the server can't finish is held, and leads forward again`(
        dialect: Dialect, step: String
    ) async throws {
        try await Stage.open(dialect) { stage in
            let started = try await stage.succeed("start", Stage.client)
            #expect(started.output.contains("note: this server can't withdraw"), "\(started)")
            try await stage.succeed("run", "--wait", "30s", "--until", step)
            try await stage.succeed("rollback", Stage.client, "--reason", "test")
            try await stage.run("run", "--wait", "30s").expect(exit: 20, "cannot-withdraw")
            #expect(try stage.stored() == stage.old)
            try await stage.expectBothAccepted()
            let page = try await stage.succeed("explain", Stage.client).output
            #expect(page.contains("holdover resume billing --forward"), "\(page)")
            try await stage.succeed("resume", Stage.client, "--forward")
            try await stage.expectCompletion()
        }
    }

    @Test(arguments: Dialect.oneWay)
    func `before a secret is made a rollback leads back there, too`(dialect: Dialect) async throws {
        try await Stage.open(dialect) { stage in
            let checked = try await stage.run("check", Stage.client)
            #expect(checked.output.contains("[no-withdrawal]"), "\(checked)")
            try await stage.begin()
            try await stage.succeed("rollback", Stage.client)
            try await stage.expectReturn()
        }
    }

    @Test(
        arguments: [
            (Dialect.okta, "/api/v1/apps/.*/secrets"), (.keycloak, ".*/client-secret"),
            (.entra, ".*/addPassword"), (.logto, "/logto/.*/secrets"),
            (.pingone, "/pingone/.*/secret"), (.wso2, "/wso2/.*/secrets"),
        ],
        ["lost_answer", "error_after_effect", "error_before_effect", "rate_limit", "slow", "html"])
    func `whatever becomes of the creation, one secret is made and the rotation ends well`(
        server: (dialect: Dialect, path: String), kind: String
    ) async throws {
        try await Stage.open(
            server.dialect, plan: { plan, _ in plan.set("exclusive: true") }
        ) { stage in
            // Where it hashes them, what was made is lost with the answer: see below.
            try await stage.server.set(#"{"wso2_shows_secrets":true}"#)
            let more =
                switch kind {
                case "slow": #","ms":300"#
                case "rate_limit": #","retry_after":1"#
                case "html": #","when":"after""#
                default: ""
                }
            try await stage.server.fault(kind, method: "POST", path: server.path, more: more)
            try await stage.begin()
            try await stage.expectCompletion()
        }
    }

    @Test(arguments: ["lost_answer", "error_after_effect", "html"])
    func `a secret that is lost and can't be deleted is held for a person`(kind: String)
        async throws
    {
        try await Stage.open(.wso2, plan: { plan, _ in plan.set("exclusive: true") }) { stage in
            try await stage.server.fault(
                kind, method: "POST", path: "/wso2/.*/secrets", more: #","when":"after""#)
            try await stage.begin()
            for _ in 1...2 {
                try await stage.run("run", "--wait", "30s").expect(exit: 20, "slot-occupied")
                #expect(try stage.stored() == stage.old)
                try await stage.expectBothAccepted()
                try await stage.succeed("resume", Stage.client)
            }
            try await stage.server.set(#"{"wso2_secret_limit":3}"#)
            try stage.edit { $0.server.append("limit: 3") }
            try await stage.succeed("check", "--static", Stage.client)
            try await stage.succeed("resume", Stage.client, "--accept-plan")
            try await stage.expectCompletion()
        }
    }

    @Test func `without a word that nobody else makes secrets, a person says whose it is`()
        async throws
    {
        try await Stage.open(.wso2) { stage in
            try await stage.server.fault("lost_answer", method: "POST", path: "/wso2/.*/secrets")
            try await stage.begin()
            try await stage.run("run", "--wait", "30s").expect(exit: 22, "create-ambiguous")
            try await stage.expectBothAccepted()
        }
    }

    @Test(arguments: [Dialect.entra, .logto])
    func `somebody else's secret stays as it is`(dialect: Dialect) async throws {
        try await Stage.open(dialect) { stage in
            try await stage.server.set(#"{"foreign_before_create":1}"#)
            try await stage.begin()
            let outcome = try await stage.run("run", "--wait", "30s")
            #expect(outcome.exit == 0, "\(outcome)")
            #expect(try await stage.rotation().state == "completed")
            let live = try await stage.server.client(Stage.client).live
            #expect(live.count == 2, "the new one, and the other's")
            try await stage.expectAccepted(try stage.stored())
            #expect(try stage.consumer.stats().failed == 0)
        }
    }
}
