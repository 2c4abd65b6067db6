import Foundation
import ProcessTesting
import Testing

/// Secrets that somebody else makes at the server.
struct ForeignSecretTests {
    @Test func `at Okta a second secret that is not ours holds everything`() async throws {
        try await Stage.open { stage in
            let http = try LoopbackHTTP(stage.server.url)
            let login = ["Authorization": "SSWS \(stage.server["OKTA_API_TOKEN"])"]
            let secrets = "/api/v1/apps/billing/credentials/secrets"
            let made = try await http.send(
                "POST", secrets,
                headers: login.merging(["Content-Type": "application/json"]) { $1 },
                body: "{}")
            #expect(made.status == 201, "\(made.text)")
            struct Made: Decodable { let id: String }
            let id = try made.json(Made.self).id

            let check = try await stage.run("check", "billing")
            #expect(check.exit == 1, "\(check)")
            #expect(check.output.contains("[slot-occupied]"), "\(check)")
            try await stage.succeed("start", "billing")
            try await stage.run("run").expect(exit: 20, "slot-occupied", saying: id)
            #expect(try stage.stored() == stage.old)
            #expect(try await stage.server.client(Stage.client).secrets.count == 2)

            for (method, path) in [
                ("POST", "\(secrets)/\(id)/lifecycle/deactivate"), ("DELETE", "\(secrets)/\(id)"),
            ] {
                let answer = try await http.send(method, path, headers: login)
                #expect((200..<300).contains(answer.status), "\(answer.text)")
            }
            try await stage.succeed("resume", "billing")
            try await stage.expectCompletion()
        }
    }

    @Test func `at Keycloak a rotation by somebody else holds everything`() async throws {
        try await Stage.open(.keycloak) { stage in
            let realm = "/admin/realms/\(stage.server["KEYCLOAK_REALM"])"
            let http = try LoopbackHTTP(stage.server.url)
            let made = try await http.send(
                "POST", "\(realm)/clients/billing/client-secret",
                headers: ["Authorization": "Bearer \(try await stage.keycloakToken())"])
            #expect(made.status == 200, "\(made.text)")
            let check = try await stage.run("check", "billing")
            #expect(check.exit == 1, "\(check)")
            #expect(check.output.contains("[slot-occupied]"), "\(check)")
            try await stage.succeed("start", "billing")
            try await stage.run("run").expect(exit: 20, "slot-occupied")
            #expect(try stage.stored() == stage.old)
            #expect(try await stage.server.client(Stage.client).live.count == 2)
            let status = try await stage.server.tokenStatus(.keycloak, Stage.client, stage.old)
            #expect(status == 200)
        }
    }

    @Test func `a secret made in the same moment is left alone`() async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try await stage.server.set(#"{"foreign_before_create":1}"#)
            let outcome = try await stage.run("run", "--wait", "3s")
            outcome.expect(exit: 20, "slot-occupied")
            #expect(try stage.stored() == stage.old)
            let report = try await stage.server.client(Stage.client)
            #expect(report.secrets.filter(\.isAccepted).count == 2)
        }
    }
}

extension Stage {
    /// An access token of the realm's administrator.
    fileprivate func keycloakToken() async throws -> String {
        let login =
            "\(server["KEYCLOAK_ADMIN_CLIENT_ID"]):\(server["KEYCLOAK_ADMIN_CLIENT_SECRET"])"
        struct Token: Decodable { let accessToken: String }
        return try await LoopbackHTTP(server.url).send(
            "POST", String(server.tokenURL(.keycloak).dropFirst(server.url.count)),
            headers: [
                "Authorization": "Basic \(Data(login.utf8).base64EncodedString())",
                "Content-Type": "application/x-www-form-urlencoded",
            ], body: "grant_type=client_credentials"
        ).json(Token.self).accessToken
    }
}
