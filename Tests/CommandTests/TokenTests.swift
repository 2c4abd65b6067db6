import Crypto
import Foundation
import ProcessTesting
import Testing

/// `holdover token`.
struct TokenTests {
    private func decode<Value: Decodable>(_ outcome: HoldoverProcess.Outcome) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(outcome.output.utf8))
    }

    @Test func `a token is printed, and the next command has it from the cache`() async throws {
        try await TokenStage.open { stage in
            let first = try await stage.succeed([TokenStage.client])
            #expect(first.split(separator: ".").count == 3, "a JWT")
            #expect(try await stage.succeed([TokenStage.client]) == first)
            // The same client by options is the same client.
            #expect(try await stage.succeed(stage.options) == first)
            #expect(try await stage.asked() == 1)
            let header = try await stage.succeed([TokenStage.client, "--header"])
            #expect(header == "Authorization: Bearer \(first)")
            let cached: TokenDocument = try decode(
                try await stage.token(TokenStage.client, "--json"))
            #expect(cached.access_token == first && cached.cached)
            #expect(cached.token_type == "Bearer" && cached.schema == "holdover.token.v1")
            #expect(try #require(cached.expires_in) > 3_000)
            #expect(try await stage.asked() == 1)
            try expectClosed(stage, token: first)
        }
    }

    /// The cache is its owner's, and shows nothing.
    private func expectClosed(_ stage: TokenStage, token: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: stage.cache)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        let scan = try CanaryScan(["the secret": stage.secret, "the token": token])
        #expect(try scan.scan(directory: stage.cache) == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: stage.cache).count == 1)
    }

    @Test func `past the cache, and without one`() async throws {
        try await TokenStage.open { stage in
            let first = try await stage.succeed([TokenStage.client, "--no-cache"])
            #expect(!FileManager.default.fileExists(atPath: stage.cache))
            let second = try await stage.succeed([TokenStage.client])
            let third = try await stage.succeed([TokenStage.client, "--fresh"])
            #expect(Set([first, second, third]).count == 3)
            // A fresh one takes the place of the one before.
            #expect(try await stage.succeed([TokenStage.client]) == third)
            #expect(try await stage.asked() == 3)
            // Another scope is another token.
            #expect(try await stage.succeed([TokenStage.client, "--scope", "read"]) != third)
            #expect(try await stage.asked() == 4)
        }
    }

    @Test func `a cache that others may enter isn't used, and that is said`() async throws {
        try await TokenStage.open { stage in
            _ = try await stage.succeed([TokenStage.client])
            try setMode(0o755, of: stage.cache)
            let outcome = try await stage.token(TokenStage.client)
            #expect(outcome.exit == 0 && outcome.errors.contains("isn't used"), "\(outcome)")
            #expect(try await stage.asked() == 2)
        }
    }

    @Test func `a rotated secret opens no cache, and buys a new token`() async throws {
        try await TokenStage.open { stage in
            let first = try await stage.succeed([TokenStage.client])
            let new = Stage.makeSecret()
            try await stage.register(new)
            try stage.bench.write(new, to: "secret")
            let second: TokenDocument = try decode(
                try await stage.token(TokenStage.client, "--json"))
            #expect(second.access_token != first && !second.cached)
            #expect(try await stage.succeed([TokenStage.client]) == second.access_token)
        }
    }

    @Test func `a refused secret is exit code 4, and no token`() async throws {
        try await TokenStage.open { stage in
            try stage.bench.write(Stage.makeSecret(), to: "secret")
            for arguments in [[TokenStage.client], stage.options] {
                let outcome = try await stage.holdover.run(["token"] + arguments)
                outcome.expect(exit: 4, "client-refused", saying: "invalid_client")
                #expect(outcome.output.isEmpty, "\(outcome)")
            }
            let twin = try await stage.token(TokenStage.client, "--json")
            let error = try JSONDecoder().decode(
                ErrorDocument.self, from: Data(twin.errors.utf8))
            #expect(error.error == "client-refused" && error.exit == 4)
        }
    }

    @Test func `a server that is away is exit code 75, once it was asked again`() async throws {
        try await TokenStage.open { stage in
            try await stage.server.fault("error_before_effect", method: "POST", path: ".*/token")
            _ = try await stage.succeed([TokenStage.client])
            try await stage.server.fault("html", method: "POST", path: ".*/token", times: 9)
            let page = try await stage.token(TokenStage.client, "--fresh")
            page.expect(exit: 75, "token-malformed", saying: "content type isn't JSON")
            await stage.server.stop()
            // What is in the cache is there for that.
            _ = try await stage.succeed([TokenStage.client])
            let away = try await stage.token(TokenStage.client, "--fresh", "--deadline", "2s")
            away.expect(exit: 75, "token-away")
            #expect(away.output.isEmpty)
        }
    }

    @Test func `what the token is for is asked of the server`() async throws {
        try await TokenStage.open { stage in
            let read = ["--scope", "read"]
            let document: TokenDocument = try decode(
                try await stage.holdover.run(
                    ["token", TokenStage.client, "--json", "--insist-scope"] + read))
            #expect(document.scope == "read")
            let wrong = try await stage.token(TokenStage.client, "--scope", "nonsense")
            wrong.expect(exit: 1, "token-refused", saying: "invalid_scope")
            let resource = try await stage.token(TokenStage.client, "--resource", "#nowhere")
            resource.expect(exit: 2, "token-unusable", saying: "RFC 8707")
            // This server takes one at a time, and so has got both.
            let both = try await stage.token(
                TokenStage.client, "--resource", "https://a.example", "--resource",
                "https://b.example")
            both.expect(exit: 1, "token-refused", saying: "'resource' is repeated")
            let one = try await stage.succeed([
                TokenStage.client, "--resource", "https://a.example",
            ])
            let other = try await stage.succeed([
                TokenStage.client, "--audience", "https://a.example",
            ])
            #expect(one != other)
        }
    }

    @Test func `the server's own description leads to its token endpoint`() async throws {
        try await TokenStage.open { stage in
            let options = [
                "--issuer", stage.server["OKTA_ISSUER"], "--client-id", TokenStage.client,
                "--secret", "env:BILLING_SECRET",
            ]
            let outcome = try await stage.holdover.run(
                ["token"] + options, environment: ["BILLING_SECRET": stage.secret])
            outcome.expectSuccess()
            #expect(try await stage.asked() == 1)
            let unset = try await stage.holdover.run(["token"] + options)
            unset.expect(exit: 1, "client-reference-missing", saying: "env:BILLING_SECRET")
            let nowhere = try await stage.holdover.run([
                "token", "--issuer", "\(stage.server.url)/nowhere", "--client-id", "billing",
                "--secret", "env:BILLING_SECRET",
            ])
            nowhere.expect(exit: 1, "token-malformed", saying: "publishes no metadata")
        }
    }

    @Test(arguments: ["client_secret_post", "client_secret_jwt"])
    func `the secret is presented as the server wants it`(method: String) async throws {
        try await TokenStage.open(method: method) { stage in
            let wrong = try await stage.holdover.run(["token"] + stage.options)
            wrong.expect(exit: 4, "client-refused")
            _ = try await stage.succeed(stage.options + ["--auth-method", method])
        }
    }

    @Test func `a key proves the client as well`() async throws {
        try await TokenStage.open { stage in
            let key = P256.Signing.PrivateKey()
            let path = try stage.bench.write(key.pemRepresentation, to: "key.pem")
            let known = key.publicKey.pemRepresentation.replacing("\n", with: "\\n")
            try await stage.server.control(
                "POST", "clients",
                #"{"dialect":"okta","client_id":"signer","auth_method":"private_key_jwt","#
                    + #""public_key":"\#(known)"}"#)
            let options = [
                "--token-url", stage.server.tokenURL(.okta), "--client-id", "signer", "--key",
                "file:\(path)", "--algorithm", "ES256", "--auth-method", "private_key_jwt",
            ]
            let first = try await stage.succeed(options)
            #expect(try await stage.succeed(options) == first)
            #expect(try await stage.server.log(of: "signer").count == 1)
            let other = options.map { $0 == "ES256" ? "RS256" : $0 }
            let wrong = try await stage.holdover.run(["token"] + other)
            wrong.expect(exit: 1, "client-key-unreadable", saying: "key.pem")
        }
    }

    @Test func `a store is read that can be, and one that is named`() async throws {
        try await TokenStage.open { stage in
            let none = stage.bench.at("none")
            try stage.plan(stores: [
                PlanText.file(none, "name: empty"),
                PlanText.file(stage.bench.at("secret"), "name: full"),
            ])
            _ = try await stage.succeed([TokenStage.client])
            _ = try await stage.succeed([TokenStage.client, "--store", "full"])
            let empty = try await stage.token(TokenStage.client, "--store", "empty")
            empty.expect(exit: 1, "client-store-empty")
            let other = try await stage.token(TokenStage.client, "--store", "other")
            other.expect(exit: 1, "client-unknown-store", saying: "empty, full")
        }
    }

    @Test func `a client that only serves people has no token of its own`() async throws {
        try await TokenStage.open { stage in
            var plan = PlanText.of(
                .google, TokenStage.client, at: stage.server,
                stores: [PlanText.file(stage.bench.at("secret"))])
            plan.set("soak: 1h")
            try plan.write(on: stage.bench)
            let outcome = try await stage.token(TokenStage.client)
            outcome.expect(exit: 1, "client-no-grant", saying: "serve people")
        }
    }
}

/// What `holdover token` is told wrongly, and what is said of a token.
struct TokenWordsTests {
    @Test func `a secret where a reference should be is refused and not repeated`() async throws {
        try await TokenStage.open { stage in
            for option in ["--secret", "--key"] {
                let outcome = try await stage.token(
                    "--token-url", stage.server.tokenURL(.okta), "--client-id", "billing", option,
                    stage.secret)
                outcome.expect(exit: 2, "not-a-reference", saying: option)
                #expect(!outcome.errors.contains(stage.secret))
            }
            #expect(try await stage.asked() == 0)
        }
    }

    private static let named = ["--token-url", "https://a.test", "--client-id", "x"]

    @Test(arguments: [
        ([], "name a plan"), (["billing", "--issuer", "https://a.test"], "name a plan"),
        (["billing", "--client-id", "x"], "leave --client-id out"),
        (["--token-url", "https://a.test"], "--client-id is missing"),
        (["--token-url", "https://a.test", "--client-id", "x"], "name the secret"),
        (
            [
                "--token-url", "https://a.test", "--client-id", "x", "--secret", "env:X",
                "--key-id", "1",
            ],
            "need --key"
        ),
        (
            [
                "--token-url", "https://a.test", "--client-id", "x", "--secret", "env:X",
                "--auth-method", "private_key_jwt",
            ], "goes with --key"
        ),
        (["billing", "--cert", "env:X"], "leave --cert out"),
        (named + ["--secret", "env:X", "--cert", "env:Y"], "--cert needs its --key"),
        (named + ["--key", "env:X", "--cert", "env:Y", "--key-id", "1"], "and no --cert"),
        (
            named + ["--secret", "env:X", "--assertion-audience", "a"],
            "--assertion-audience needs --key"
        ),
        (named + ["--key", "env:X", "--auth-method", "tls_client_auth"], "with --cert"),
        (named + ["--secret", "env:X", "--auth-method", "none"], "--auth-method takes one of"),
        (["billing", "--valid-for", "0s"], "--valid-for takes a time"),
        (["billing", "--deadline", "soon"], "--deadline takes a time"),
        (["billing", "--fresh", "--no-cache"], "choose one"),
        (["billing", "--header", "--introspect"], "--header goes with neither"),
    ])
    func `options that don't go together are exit code 2`(arguments: [String], words: String)
        async throws
    {
        try await Workbench.open { bench in
            let outcome = try await HoldoverProcess(on: bench).run(["token"] + arguments)
            outcome.expect(exit: 2, "usage", saying: words)
            #expect(outcome.errors.contains("hint: holdover token --help"), "\(outcome)")
        }
    }

    private struct Claims: Decodable {
        struct Body: Decodable {
            let exp: Int
            let scope: String?
        }
        let format: String
        let verified: Bool
        let header: [String: String]?
        let claims: Body?
        let cached: Bool
    }

    @Test func `a JWT is told in words, and not printed`() async throws {
        try await TokenStage.open { stage in
            let token = try await stage.succeed([TokenStage.client, "--scope", "read"])
            let arguments = ["token", TokenStage.client, "--scope", "read", "--introspect"]
            let outcome = try await stage.holdover.run(arguments)
            outcome.expectSuccess()
            let signature = try #require(token.split(separator: ".").last)
            #expect(!outcome.output.contains(signature), "\(outcome)")
            for words in ["decoded and not verified", "ES256", "expires in 59m", "the cache"] {
                #expect(outcome.output.contains(words), "\(words): \(outcome)")
            }
            let twin = try await stage.holdover.run(arguments + ["--json"])
            let claims = try JSONDecoder().decode(Claims.self, from: Data(twin.output.utf8))
            #expect(claims.format == "jwt" && !claims.verified && claims.cached)
            #expect(claims.header?["alg"] == "ES256" && claims.claims?.scope == "read")
            #expect(!twin.output.contains(signature))
        }
    }

    @Test func `of an opaque token it is said what the server told`() async throws {
        try await TokenStage.open { stage in
            let token = "opaque-0123456789"
            let server = try HostileServer(
                on: stage.bench, status: "200 OK",
                answer: #"{"access_token":"\#(token)","token_type":"bearer","expires_in":600,"#
                    + #""scope":"a\u001b[31m b"}"#)
            let outcome = try await stage.token(
                "--token-url", server.url, "--client-id", "billing", "--secret",
                "file:\(stage.bench.at("secret"))", "--introspect")
            outcome.expectSuccess()
            #expect(outcome.output.contains("opaque") && !outcome.output.contains(token))
            #expect(outcome.output.contains("expires in 10m"), "\(outcome)")
            #expect(!outcome.output.contains("\u{1B}"), "\(outcome)")
        }
    }
}
