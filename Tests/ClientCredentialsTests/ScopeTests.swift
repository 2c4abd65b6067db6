import Foundation
import HTTPTransport
import Testing

@testable import ClientCredentials

@Suite struct ScopeTests {
    private func token(asking scope: String?, _ answered: String?) async throws -> AccessToken {
        let said = answered.map { #","scope":"\#($0)""# } ?? ""
        let body = #"{"access_token":"t","token_type":"Bearer"\#(said)}"#
        return try await TokenEndpoint(url: "https://a.test/token", scope: scope).requestToken(
            as: .basic(id: "app", secret: "s"), through: ScriptedHTTP(.json(200, body)))
    }

    @Test(
        arguments: [
            ("read write", nil, ["read", "write"]),
            ("read write", "write read", ["read", "write"]),
            (nil, "read", ["read"]), (nil, nil, nil), ("read", "read write", ["read", "write"]),
            ("read", "", []), ("read read  write", nil, ["read", "write"]),
        ] as [(String?, String?, Set<String>?)])
    func `what isn't said is what was asked`(
        asked: String?, answered: String?, granted: Set<String>?
    ) async throws {
        let token = try await token(asking: asked, answered)
        #expect(token.granted == granted)
        #expect(token.askedScope == asked && token.scope == answered)
    }

    @Test(
        arguments: [
            ("read write", nil), ("read write", "write read"), ("read", "read write"),
            (nil, "read"),
            (nil, nil), ("read read", "read"), ("", "read"),
        ] as [(String?, String?)])
    func `all that was asked is no shortfall`(asked: String?, answered: String?) async throws {
        #expect(try await token(asking: asked, answered).scopeShortfall == nil)
    }

    @Test(
        arguments: [
            ("read write", "read", ["write"]), ("read write", "", ["read", "write"]),
            // Scopes are compared as they are spelled (RFC 6749 §3.3).
            ("Read", "read", ["Read"]), ("read", "read_all", ["read"]),
        ] as [(String, String, Set<String>)])
    func `less than was asked is found`(
        asked: String, answered: String, missing: Set<String>
    ) async throws {
        let shortfall = try #require(try await token(asking: asked, answered).scopeShortfall)
        #expect(shortfall.missing == missing)
        #expect(shortfall.granted == Scopes.set(answered))
        #expect(throws: ScopeShortfall.self) { throw shortfall }
    }

    @Test func `a shortfall names only what was asked`() async throws {
        let shortfall = try #require(
            try await token(asking: "write read", #"\u001b[2Jowned"#).scopeShortfall)
        #expect("\(shortfall)" == "the token lacks the scope read write")
    }

    @Test(arguments: ["a\nb", "a\"b", "a\\b", "é", "a\u{7F}"])
    func `a scope that no server can read isn't sent`(scope: String) async {
        let http = ScriptedHTTP(.token("t"))
        await #expect(
            throws: TokenError.unusable("the scope has forbidden characters (RFC 6749 §3.3)")
        ) {
            try await TokenEndpoint(url: "https://a.test/token", scope: scope).requestToken(
                as: .basic(id: "app", secret: "s"), through: http)
        }
        #expect(http.requests.isEmpty)
    }

    @Test(arguments: [
        "https://api.test", "https://api.test/a?b=c", "urn:a", "api://7c9", "a+b-c.d:e",
        "https://[::1]:8080/%C3%A9", "HTTPS://api.test",
    ]) func `an absolute URI names a resource`(resource: String) async throws {
        let http = ScriptedHTTP(.token("t"))
        _ = try await TokenEndpoint(url: "https://a.test/token", resources: [resource])
            .requestToken(as: .basic(id: "app", secret: "s"), through: http)
        let body = String(decoding: try #require(http.requests.first).body ?? [], as: UTF8.self)
        #expect(
            body == "grant_type=client_credentials&resource=\(FormEncoding.encode(resource))")
    }

    @Test(arguments: [
        "", "api", "/api", "//api.test/", "https://api.test/#part", "https://api.test#", "https:",
        "https:///path", "https://?q", "https:api", "1a:b", ":b", "a b:c", "https://api.test/a b",
        "https://api.test/é", "https://api.test/%", "https://api.test/%4", "https://api.test/%zz",
        "https://api.test/\u{0}", "https://api.test/\"", "urn:<a>", "https://api.test/\\",
    ]) func `anything else names none, and nothing is sent`(resource: String) async {
        let http = ScriptedHTTP(.token("t"))
        let reason = "a resource isn't an absolute URI without a fragment (RFC 8707 §2)"
        await #expect(throws: TokenError.unusable(reason)) {
            try await TokenEndpoint(
                url: "https://a.test/token", resources: ["urn:a", resource]
            ).requestToken(as: .basic(id: "app", secret: "s"), through: http)
        }
        #expect(http.requests.isEmpty)
    }
}
