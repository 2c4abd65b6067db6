import Foundation
import ProcessTesting
import Testing

/// A whole rotation at each vendor's server, while a consumer fetches tokens all the time.
struct VendorTests {
    typealias Dialect = PracticeServerProcess.Dialect

    @Test(arguments: Dialect.overlapping)
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

    /// The request that makes a secret at each vendor.
    static let creations: [(dialect: Dialect, method: String, path: String)] = [
        (.okta, "POST", "/api/v1/apps/.*/secrets"), (.keycloak, "POST", ".*/client-secret"),
        (.entra, "POST", ".*/addPassword"), (.logto, "POST", "/logto/.*/secrets"),
        (.uaa, "PUT", "/uaa/.*/secret"), (.hydra, "POST", "/hydra/.*/rotate"),
        (.gravitee, "POST", "/gravitee/.*/secrets"), (.google, "POST", "/google/.*/credentials"),
        (.cognito, "POST", ".*AddUserPoolClientSecret"),
        (.pingone, "POST", "/pingone/.*/secret"), (.wso2, "POST", "/wso2/.*/secrets"),
        (.oktaAPIService, "POST", "/okta-api-service/.*/secrets"),
        (.pingfederate, "PUT", "/pingfederate/.*/clientSecret"),
        (.buntubi, "POST", "/buntubi/.*/secrets"),
    ]

    @Test(arguments: creations, ["lost_answer", "error_before_effect", "html"])
    func `whatever becomes of the creation, one secret is made and the rotation ends well`(
        server: (dialect: Dialect, method: String, path: String), kind: String
    ) async throws {
        try await expectCompletion(server, kind, kind == "html" ? #","when":"after""# : "")
    }

    @Test(
        arguments: creations.filter { Dialect.golden.contains($0.dialect) },
        [
            ("error_after_effect", ""), ("rate_limit", #","retry_after":1"#),
            ("slow", #","ms":300"#),
        ])
    func `a creation that is late, slowed down or answered wrongly ends well, too`(
        server: (dialect: Dialect, method: String, path: String),
        fault: (kind: String, more: String)
    ) async throws {
        try await expectCompletion(server, fault.kind, fault.more)
    }

    private func expectCompletion(
        _ server: (dialect: Dialect, method: String, path: String), _ kind: String, _ more: String
    ) async throws {
        try await Stage.open(
            server.dialect, plan: { plan, _ in plan.set("exclusive: true") }
        ) { stage in
            // Where it hashes them, what was made is lost with the answer: see below.
            try await stage.server.set(#"{"wso2_shows_secrets":true}"#)
            try await stage.server.fault(
                kind, method: server.method, path: server.path, more: more)
            try await stage.begin()
            try await stage.expectCompletion()
        }
    }

    @Test(arguments: [Dialect.entra, .logto, .gravitee, .google])
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

    @Test func `at Entra a workload administers, whose token is replaced in the meantime`()
        async throws
    {
        let workload = "system:serviceaccount:ops:holdover"
        try await Stage.open(
            .entra,
            plan: { plan, bench in
                plan.server.removeAll { $0.hasPrefix("admin:") }
                plan.server.append(
                    "admin: {client_id: ops, federated_token: \"file:\(bench.at("token"))\"}")
            }
        ) { stage in
            try await stage.server.createClient(
                .entra, "ops", secret: Stage.makeSecret(),
                grants: ["Application.ReadWrite.OwnedBy"], trusting: workload)
            let first = try await stage.server.workloadToken(of: workload)
            try stage.bench.write(first, to: "token")
            try await stage.begin(until: "verify")
            try await stage.server.set(#"{"clock_offset_ms":3700000}"#)
            try await stage.run("run").expect(exit: 4, "unauthorized", saying: "AADSTS700024")
            try stage.bench.write(
                try await stage.server.workloadToken(of: workload), to: "token")
            try await stage.expectCompletion()
        }
    }

    @Test(arguments: ["error_before_effect", nil])
    func `where the list shows only times, somebody else's secret is a person's`(kind: String?)
        async throws
    {
        try await Stage.open(.cognito) { stage in
            try await stage.begin()
            if let kind {
                // Ours never came to be, and theirs is there when it is looked for.
                try await stage.server.fault(
                    kind, method: "POST", path: ".*AddUserPoolClientSecret")
                _ = try await stage.run("run")
            }
            try await stage.server.set(#"{"foreign_before_create":1}"#)
            let outcome = try await stage.run("run", "--wait", "30s")
            #expect(outcome.exit != 0, "\(outcome)")
            let rotation = try await stage.rotation()
            #expect(rotation.reason == "slot-occupied", "\(outcome)")
            #expect(rotation.needsPerson)
            let live = try await stage.server.client(Stage.client).live
            #expect(live.count == 2, "the old one, and the other's")
            #expect(try stage.stored() == stage.old)
            try await stage.expectAccepted(stage.old)
            #expect(try stage.consumer.stats().failed == 0)
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
}
