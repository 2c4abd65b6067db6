import Foundation
import HTTPTransport
import Synchronization
import Testing

@testable import ClientCredentials

@Suite struct DiscoveryTests {
    private typealias Metadata = AuthorizationServerMetadata

    private let issuer = "https://a.test/tenant"
    private let missing = Result<HTTPResponse, HTTPFailure>.json(404, "{}")

    private func document(
        issuer: String = "https://a.test/tenant", token: String = "https://a.test/token",
        _ more: String = ""
    ) -> Result<HTTPResponse, HTTPFailure> {
        .json(200, #"{"issuer":"\#(issuer)","token_endpoint":"\#(token)"\#(more)}"#)
    }

    private func discover(
        _ issuer: String = "https://a.test/tenant", _ http: ScriptedHTTP
    ) async -> Result<AuthorizationServerMetadata, TokenError> {
        do throws(TokenError) {
            return .success(
                try await Metadata.discover(
                    issuer: issuer, through: http, caFile: "/ca.pem",
                    at: Date(timeIntervalSince1970: 784_111_777)))
        } catch { return .failure(error) }
    }

    // RFC 8414 §3.1 has the first two.
    @Test(arguments: [
        (
            "https://example.com", "https://example.com/.well-known/oauth-authorization-server",
            ["https://example.com/.well-known/openid-configuration"]
        ),
        (
            "https://example.com/issuer1",
            "https://example.com/.well-known/oauth-authorization-server/issuer1",
            [
                "https://example.com/issuer1/.well-known/openid-configuration",
                "https://example.com/issuer1/.well-known/oauth-authorization-server",
            ]
        ),
        (
            "https://example.com/", "https://example.com/.well-known/oauth-authorization-server",
            ["https://example.com/.well-known/openid-configuration"]
        ),
        (
            "https://example.com:8443/a/b/",
            "https://example.com:8443/.well-known/oauth-authorization-server/a/b",
            [
                "https://example.com:8443/a/b/.well-known/openid-configuration",
                "https://example.com:8443/a/b/.well-known/oauth-authorization-server",
            ]
        ),
        (
            "http://127.0.0.1:9/a", "http://127.0.0.1:9/.well-known/oauth-authorization-server/a",
            [
                "http://127.0.0.1:9/a/.well-known/openid-configuration",
                "http://127.0.0.1:9/a/.well-known/oauth-authorization-server",
            ]
        ),
    ]) func `the document is where the standards have it, or where the server is mounted`(
        issuer: String, first: String, others: [String]
    ) throws {
        #expect(try Metadata.places(of: issuer) == [first] + others)
    }

    @Test(arguments: [
        "", "a.test", "http://a.test", "ftp://a.test", "https://", "https://a.test?q=1",
        "https://a.test/#", "https://me:pw@a.test", "https://a.test/a b", "https://a.test\\@b.test",
        "https://169.254.169.254/",
    ]) func `what is no issuer isn't asked`(issuer: String) async {
        let http = ScriptedHTTP(missing)
        guard case .failure(.unusable(let reason)) = await discover(issuer, http) else {
            Issue.record("\(issuer) was asked")
            return
        }
        #expect(http.requests.isEmpty && !reason.contains("pw"))
    }

    @Test func `everything that concerns a token request is read`() async throws {
        let http = ScriptedHTTP(
            document(
                #"""
                ,"token_endpoint_auth_methods_supported":["private_key_jwt","tls_client_auth"],
                "token_endpoint_auth_signing_alg_values_supported":["ES256"],
                "scopes_supported":["read","write"],"more":[{}],
                "mtls_endpoint_aliases":{"token_endpoint":"https://mtls.a.test/token"}
                """#))
        #expect(
            await discover(issuer, http)
                == .success(
                    Metadata(
                        issuer: issuer, tokenEndpoint: "https://a.test/token",
                        mutualTLSTokenEndpoint: "https://mtls.a.test/token",
                        tokenEndpointAuthMethods: ["private_key_jwt", "tls_client_auth"],
                        tokenEndpointAuthSigningAlgorithms: ["ES256"], scopes: ["read", "write"])))
        let request = try #require(http.requests.first)
        #expect(http.requests.count == 1)
        #expect(request.url == "https://a.test/.well-known/oauth-authorization-server/tenant")
        #expect(request.method == "GET" && request.body == nil)
        #expect(request.headers["Accept"] == "application/json" && request.caFile == "/ca.pem")
    }

    @Test func `a server that says little has the standard's defaults`() async throws {
        let metadata = try await discover(issuer, ScriptedHTTP(document())).get()
        #expect(metadata.tokenEndpointAuthMethods == ["client_secret_basic"])
        #expect(metadata.tokenEndpointAuthSigningAlgorithms == nil && metadata.scopes == nil)
        #expect(metadata.mutualTLSTokenEndpoint == nil)
    }

    @Test(
        arguments: [
            .json(404, "{}"), .json(405, "{}"), .page(403, "text/html", "no"),
            .page(302, "text/html", ""), .page(200, "text/html", "<html>"),
        ] as [Result<HTTPResponse, HTTPFailure>])
    func `where the first place has none, OpenID Connect's is asked`(
        absent: Result<HTTPResponse, HTTPFailure>
    ) async throws {
        let http = ScriptedHTTP(absent, document())
        #expect(try await discover(issuer, http).get().tokenEndpoint == "https://a.test/token")
        #expect(
            http.requests.map(\.url) == [
                "https://a.test/.well-known/oauth-authorization-server/tenant",
                "https://a.test/tenant/.well-known/openid-configuration",
            ])
    }

    @Test func `the place where a server is mounted is the last`() async throws {
        let http = ScriptedHTTP(missing, missing, document())
        #expect(try await discover(issuer, http).get().issuer == issuer)
        #expect(
            http.requests.last?.url
                == "https://a.test/tenant/.well-known/oauth-authorization-server")
    }

    @Test func `a server that has no metadata at all is told`() async {
        let http = ScriptedHTTP(missing, missing, .json(410, "{}"))
        #expect(
            await discover(issuer, http)
                == .failure(
                    .malformed(status: 410, reason: "the issuer publishes no metadata")))
    }

    @Test func `all places together have the time that there is`() async {
        let (clock, end) = (
            HeldTime(), HTTPFailure(.notSent, "the time was over before its metadata were found")
        )
        let http = SlowHTTP(on: clock, each: .seconds(20))
        do throws(TokenError) {
            _ = try await Metadata.discover(
                issuer: issuer, through: http, caFile: nil, deadline: .seconds(30),
                at: clock.time.date(), clock: clock.time.now)
            Issue.record("metadata were found")
        } catch { #expect(error == .noAnswer(end)) }
        #expect(http.deadlines == [.seconds(30), .seconds(10)])
    }

    @Test(arguments: [429, 500, 503])
    func `a server that can't answer isn't asked elsewhere`(status: Int) async {
        let http = ScriptedHTTP(.json(status, "{}", ["Retry-After": "7"]), document())
        #expect(
            await discover(issuer, http)
                == .failure(.unavailable(status: status, retryAfter: .seconds(7))))
        #expect(http.requests.count == 1)
    }

    @Test func `a failure of the network keeps its kind`() async {
        let failure = HTTPFailure(.notSent, "refused")
        let http = ScriptedHTTP(.failure(failure), document())
        #expect(await discover(issuer, http) == .failure(.noAnswer(failure)))
        #expect(http.requests.count == 1)
    }

    @Test(arguments: [
        "https://a.test", "https://a.test/tenant/", "https://A.test/tenant",
        "https://b.test/tenant", "https://a.test:443/tenant", "",
    ]) func `metadata of another issuer aren't used, nor others sought`(other: String) async {
        let http = ScriptedHTTP(document(issuer: other), document())
        #expect(
            await discover(issuer, http)
                == .failure(
                    .malformed(status: 200, reason: "the metadata are of another issuer")))
        #expect(http.requests.count == 1)
    }

    @Test func `an issuer is compared by its bytes`() async {
        let (composed, apart) = ("https://a.test/\u{E9}", "https://a.test/e\u{301}")
        #expect(composed == apart)
        let metadata = ScriptedHTTP(document(issuer: apart))
        guard case .failure(.malformed) = await discover(composed, metadata) else {
            Issue.record("two issuers were taken for one")
            return
        }
    }

    @Test(arguments: [
        "http://a.test/token", "http://localhost/token", "ftp://a.test/token", "/token", "",
        "https://u:p@a.test/token", "https://a.test/token#f", "https://169.254.169.254/token",
    ]) func `a token endpoint to which no secret may go is refused`(url: String) async {
        guard
            case .failure(.malformed(200, let reason)) = await discover(
                issuer, ScriptedHTTP(document(token: url)))
        else {
            Issue.record("\(url) was taken")
            return
        }
        #expect(reason.contains("the token endpoint"))
        let alias = #","mtls_endpoint_aliases":{"token_endpoint":"\#(url)"}"#
        guard
            case .failure(.malformed(200, _)) = await discover(
                issuer, ScriptedHTTP(document(alias)))
        else {
            Issue.record("\(url) was taken for the alias")
            return
        }
    }

    @Test func `a practice server's token endpoint may be on the same machine`() async throws {
        let http = ScriptedHTTP(
            document(issuer: "http://127.0.0.1:8/i", token: "http://127.0.0.1:8/token"))
        #expect(
            try await discover("http://127.0.0.1:8/i", http).get().tokenEndpoint
                == "http://127.0.0.1:8/token")
    }

    @Test(arguments: [
        ("", "the answer isn't JSON"),
        (#"{"issuer":"https://a.test/tenant"}"#, "the answer lacks token_endpoint"),
        (#"{"token_endpoint":"https://a.test/token"}"#, "the answer lacks issuer"),
        (
            #"{"issuer":"https://a.test/tenant","token_endpoint":7}"#,
            "token_endpoint isn't String in the answer"
        ),
    ]) func `metadata that can't be read say why`(body: String, reason: String) async {
        #expect(
            await discover(issuer, ScriptedHTTP(.json(200, body)))
                == .failure(.malformed(status: 200, reason: reason)))
    }

    @Test func `the alias is for those who show a certificate`() throws {
        let metadata = Metadata(
            issuer: issuer, tokenEndpoint: "https://a.test/token",
            mutualTLSTokenEndpoint: "https://mtls.a.test/token")
        let shown = ClientAuthentication.tls(
            id: "app", certificate: ClientCertificate(chain: [1], key: [2]))
        #expect(metadata.tokenEndpoint(for: shown) == "https://mtls.a.test/token")
        #expect(
            metadata.tokenEndpoint(for: .basic(id: "app", secret: "s")) == "https://a.test/token")
        let plain = Metadata(issuer: issuer, tokenEndpoint: "https://a.test/token")
        #expect(plain.tokenEndpoint(for: shown) == "https://a.test/token")
    }

    @Test func `a method is offered by its name and by its algorithm`() throws {
        let key = try AssertionKey(clientID: "app", text: Keys.ed25519Private)
        let proofs: [(ClientAuthentication, String)] = [
            (.basic(id: "app", secret: "s"), "client_secret_basic"),
            (.post(id: "app", secret: "s"), "client_secret_post"),
            (.clientSecretJWT(id: "app", secret: "s"), "client_secret_jwt"),
            (.privateKeyJWT(key), "private_key_jwt"),
            (.assertion(id: "app", token: "t"), "private_key_jwt"),
            (
                .tls(id: "app", certificate: ClientCertificate(chain: [1], key: [2])),
                "self_signed_tls_client_auth"
            ),
        ]
        for (proof, method) in proofs {
            var metadata = Metadata(
                issuer: issuer, tokenEndpoint: "https://a.test/token",
                tokenEndpointAuthMethods: [method])
            #expect(metadata.offers(proof))
            metadata = Metadata(
                issuer: issuer, tokenEndpoint: "https://a.test/token",
                tokenEndpointAuthMethods: [method],
                tokenEndpointAuthSigningAlgorithms: ["ES256"])
            #expect(metadata.offers(proof) == (proof.algorithm == nil))
            metadata = Metadata(
                issuer: issuer, tokenEndpoint: "https://a.test/token",
                tokenEndpointAuthMethods: ["none"])
            #expect(!metadata.offers(proof))
        }
    }
}

/// A server without metadata that takes its time for saying so.
private final class SlowHTTP: HTTPClient {
    private let clock: HeldTime
    private let pause: Duration
    private let asked = Mutex<[Duration]>([])

    init(on clock: HeldTime, each pause: Duration) { (self.clock, self.pause) = (clock, pause) }

    /// How long each request had.
    var deadlines: [Duration] { asked.withLock(\.self) }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        asked.withLock { $0.append(request.deadline) }
        clock.move(pause)
        return HTTPResponse(status: 404, headers: [:], body: [])
    }
}
