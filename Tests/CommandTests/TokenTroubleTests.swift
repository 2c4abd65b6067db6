import Crypto
import Foundation
import ProcessTesting
import Testing

@testable import ClientCredentials

/// `holdover token` where something around it isn't as it should be.
struct TokenTroubleTests {
    @Test(arguments: [">/dev/full", ">&-"])
    func `a token that isn't printed is a failure`(redirection: String) async throws {
        try await TokenStage.open { stage in
            let holdover = HoldoverProcess(
                on: stage.bench,
                through: ["/bin/sh", "-c", #"exec "$@" \#(redirection)"#, "sh"])
            for form in [[], ["--header"], ["--json"], ["--introspect"]] {
                let outcome = try await holdover.run(["token", TokenStage.client] + form)
                #expect(outcome.exit == 1, "\(outcome)")
                #expect(outcome.errors.contains("not-printed"), "\(outcome)")
            }
            #expect(try await stage.asked() == 1)
        }
    }

    /// What names a client of `server`, with its secret in a file.
    private func options(_ server: TokenServer, _ bench: Workbench) throws -> [String] {
        [
            "--issuer", server.url, "--client-id", "billing", "--secret",
            "file:\(try bench.write(Stage.makeSecret(), to: "secret"))",
        ]
    }

    private func open(
        _ change: (inout TokenServer.Answers) -> Void = { _ in },
        _ body: (TokenServer, Workbench, HoldoverProcess) async throws -> Void
    ) async throws {
        try await Workbench.open { bench in
            try await body(
                try TokenServer(on: bench, change), bench, HoldoverProcess(on: bench))
        }
    }

    @Test func `a reference that takes its time has no longer than the deadline`() async throws {
        try await open { server, bench, holdover in
            let slow = "exec:/bin/sleep 60"
            let outcome = try await holdover.run([
                "token", "--issuer", server.url, "--client-id", "billing", "--secret", slow,
                "--deadline", "1s",
            ])
            outcome.expect(exit: 75, "credential-slow", saying: "within 1s")
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `an issuer that says nothing is named, and has the deadline only`() async throws {
        try await Workbench.open { bench in
            let mute = try LoopbackListener.open(on: bench) { connection in
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
            }
            let outcome = try await HoldoverProcess(on: bench).run([
                "token", "--issuer", mute, "--client-id", "billing", "--secret", "env:NONE",
                "--deadline", "1s",
            ])
            outcome.expect(exit: 75, "token-away", saying: "its issuer: ")
        }
    }

    @Test(arguments: [
        "nonsense", "ftp://example.com/token", "http://example.com/token",
        "https://me:hunter2@example.com/token",
    ])
    func `a URL to which no secret may go is wrong, before the secret is read`(url: String)
        async throws
    {
        try await Workbench.open { bench in
            let marker = bench.at("read")
            let outcome = try await HoldoverProcess(on: bench).run([
                "token", "--token-url", url, "--client-id", "billing", "--secret",
                "exec:/usr/bin/touch \(marker)",
            ])
            outcome.expect(exit: 2, "token-unusable", saying: "the token endpoint can't be asked")
            #expect(!outcome.errors.contains("hunter2"), "\(outcome)")
            #expect(!FileManager.default.fileExists(atPath: marker))
        }
    }

    @Test func `a token that must be good for longer isn't the one from the cache`() async throws {
        try await open { server, bench, holdover in
            let options = try options(server, bench)
            let cached = try await holdover.run(["token"] + options + ["--valid-for", "30m"])
            #expect(cached.output == "token-1\n" && cached.errors.isEmpty, "\(cached)")
            let again = try await holdover.run(["token"] + options + ["--valid-for", "30m"])
            #expect(again.output == "token-1\n", "\(again)")
            let longer = try await holdover.run(["token"] + options + ["--valid-for", "2h"])
            #expect(longer.exit == 0 && longer.output == "token-2\n", "\(longer)")
            #expect(longer.errors.contains("good for 1h only [token-short]"), "\(longer)")
            let command = try await holdover.run(
                ["exec"] + options + ["--valid-for", "2h", "--", "/usr/bin/env"])
            #expect(command.output.contains("ACCESS_TOKEN=token-3\n"), "\(command)")
        }
    }

    @Test func `a command gets no token that is half over`() async throws {
        try await open { server, bench, holdover in
            let options = try options(server, bench)
            let secret = try bench.read("secret")
            // What a process of half an hour ago left behind.
            let earlier = SealedTokenStore(
                in: bench.at(".cache/holdover/tokens"),
                date: { Date(timeIntervalSinceNow: -1_860) }, uptime: { nil })
            let isStored = earlier.store(
                AccessToken(value: "old", lifetime: .seconds(3_600)),
                from: TokenEndpoint(url: "\(server.url)/token"),
                as: .basic(id: "billing", secret: secret))
            #expect(isStored)
            let token = try await holdover.run(["token"] + options)
            #expect(token.output == "old\n" && server.requests.isEmpty, "\(token)")
            let outcome = try await holdover.run(["exec"] + options + ["--", "/usr/bin/env"])
            #expect(outcome.output.contains("ACCESS_TOKEN=token-1\n"), "\(outcome)")
        }
    }

    @Test func `a secret isn't sent to a server that takes none`() async throws {
        try await open({ $0.methods = ["private_key_jwt", "tls_client_auth"] }) {
            server, bench, holdover in
            let options = try options(server, bench)
            let outcome = try await holdover.run(["token"] + options)
            outcome.expect(
                exit: 2, "method-not-offered", saying: "private_key_jwt, tls_client_auth")
            #expect(server.requests.isEmpty)
            let said = try await holdover.run(
                ["token"] + options + ["--auth-method", "client_secret_basic"])
            said.expectSuccess()
        }
    }

    @Test func `a secret signs only where the server takes what it signs with`() async throws {
        try await open({ answers in
            answers.methods = ["client_secret_jwt", "client_secret_post"]
            answers.more = #","token_endpoint_auth_signing_alg_values_supported":["ES256"]"#
        }) { server, bench, holdover in
            try await holdover.run(["token"] + options(server, bench)).expectSuccess()
            #expect(server.requests.first?.contains("client_secret=") == true)
            let key = try bench.write(P256.Signing.PrivateKey().pemRepresentation, to: "key.pem")
            let signed = try await holdover.run([
                "token", "--issuer", server.url, "--client-id", "billing", "--key", "file:\(key)",
            ])
            signed.expect(exit: 2, "method-not-offered", saying: "client_secret_jwt")
        }
    }

    @Test func `less scope than was asked for is told`() async throws {
        try await open { server, bench, holdover in
            let options = try options(server, bench) + ["--scope", "a b"]
            for command in [["token"] + options, ["exec"] + options + ["--", "/usr/bin/env"]] {
                let outcome = try await holdover.run(command)
                #expect(outcome.exit == 0 && outcome.output.contains("token-1"), "\(outcome)")
                #expect(
                    outcome.errors.contains("not granted: b [scope-not-granted]"), "\(outcome)")
            }
            let all = try await holdover.run(["token"] + options.map { $0 == "a b" ? "a" : $0 })
            all.expectSuccess()
            let strict = try await holdover.run(["token"] + options + ["--insist-scope"])
            strict.expect(exit: 1, "scope-not-granted")
        }
    }

    @Test func `an assertion is for whom it is said to be`() async throws {
        try await open { server, bench, holdover in
            let key = try bench.write(P256.Signing.PrivateKey().pemRepresentation, to: "key.pem")
            let secret = try bench.write(Stage.makeSecret(), to: "secret")
            for (name, options) in [
                (nil, ["--key", "file:\(key)"]),
                (server.url, ["--key", "file:\(key)"]),
                (server.url, ["--secret", "file:\(secret)", "--auth-method", "client_secret_jwt"]),
            ] {
                let audience = name.map { ["--assertion-audience", $0] } ?? []
                let outcome = try await holdover.run(
                    [
                        "token", "--token-url", "\(server.url)/token", "--client-id", "billing",
                        "--fresh",
                    ] + options + audience)
                outcome.expectSuccess()
                let sent = try #require(server.requests.last)
                let assertion = try #require(sent.firstMatch(of: /client_assertion=([^&]+)/))
                let claims = try #require(JSONWebToken.claims(of: String(assertion.output.1)))
                #expect(claims.aud == name ?? "\(server.url)/token")
            }
        }
    }

    @Test func `a token that begins later isn't said to end then`() async throws {
        try await Workbench.open { bench in
            // In a hundred days and a half, however long this takes.
            let (start, end) = (Int(Date().timeIntervalSince1970) + 8_683_200, 4_102_444_800)
            let parts = [#"{"alg":"none"}"#, #"{"nbf":\#(start),"exp":\#(end)}"#, "signature"]
            let token = parts.map { Data($0.utf8).base64EncodedString().prefix { $0 != "=" } }
                .joined(separator: ".")
            let server = try HostileServer(
                on: bench, status: "200 OK",
                answer: #"{"access_token":"\#(token)","token_type":"bearer","expires_in":600}"#)
            let outcome = try await HoldoverProcess(on: bench).run([
                "token", "--token-url", server.url, "--client-id", "billing", "--secret",
                "file:\(try bench.write("s3cret", to: "secret"))", "--introspect",
            ])
            outcome.expectSuccess()
            let line = try #require(
                outcome.output.split(separator: "\n").first { $0.contains("nbf") })
            #expect(line.contains("not good before, in 100d"), "\(outcome)")
            #expect(!line.contains("expires"), "\(outcome)")
        }
    }
}

/// The part of a JWT that says something.
private enum JSONWebToken {
    struct Claims: Decodable { let aud: String }

    static func claims(of token: String) -> Claims? {
        let parts = token.split(separator: ".")
        guard parts.count == 3 else { return nil }
        let usual = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - usual.count % 4) % 4)
        return Data(base64Encoded: usual + padding).flatMap {
            try? JSONDecoder().decode(Claims.self, from: $0)
        }
    }
}
