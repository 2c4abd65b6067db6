import Foundation
import HTTPTransport
import Testing

@testable import ClientCredentials

@Suite(.timeLimit(.minutes(3))) struct TokenRequestTests {
    private func sent(
        _ endpoint: TokenEndpoint, _ authentication: ClientAuthentication
    ) async throws -> HTTPRequest {
        let http = ScriptedHTTP(.token("t"))
        _ = try await endpoint.requestToken(as: authentication, through: http)
        return try #require(http.requests.first)
    }

    private func body(_ request: HTTPRequest) -> String {
        String(decoding: request.body ?? [], as: UTF8.self)
    }

    @Test func `basic encodes id and secret before it joins them`() async throws {
        let endpoint = TokenEndpoint(url: "https://a.test/token", scope: "read write")
        let request = try await sent(endpoint, .basic(id: "my app:1", secret: "p%+é ~"))
        let header = try #require(request.headers["Authorization"])
        let pair = try #require(Data(base64Encoded: String(header.dropFirst("Basic ".count))))
        #expect(header.hasPrefix("Basic "))
        #expect(String(decoding: pair, as: UTF8.self) == "my+app%3A1:p%25%2B%C3%A9+%7E")
        #expect(body(request) == "grant_type=client_credentials&scope=read+write")
        #expect(request.method == "POST" && request.url == "https://a.test/token")
        #expect(request.headers["Content-Type"] == "application/x-www-form-urlencoded")
        #expect(request.attempts == .repeatable && request.connection == .kept)
    }

    @Test func `post puts both in the body and nothing in a header`() async throws {
        let endpoint = TokenEndpoint(
            url: "https://a.test/token", audience: "https://api", resources: ["urn:a", "urn:b"],
            extra: [FormField("organization", "o&1")], caFile: "/ca.pem")
        let request = try await sent(endpoint, .post(id: "my app", secret: "p&q"))
        #expect(request.headers["Authorization"] == nil)
        #expect(
            body(request)
                == "grant_type=client_credentials&audience=https%3A%2F%2Fapi&resource=urn%3Aa"
                + "&resource=urn%3Ab&organization=o%261&client_id=my+app&client_secret=p%26q")
        #expect(request.caFile == "/ca.pem")
    }

    @Test func `a fresh connection is passed on`() async throws {
        let http = ScriptedHTTP(.token("t"))
        _ = try await TokenEndpoint(url: "https://a.test/token").requestToken(
            as: .basic(id: "a", secret: "b"), through: http, connection: .fresh,
            deadline: .seconds(5))
        #expect(http.requests.first?.connection == .fresh)
        #expect(http.requests.first?.deadline == .seconds(5))
    }

    @Test(arguments: [
        "nonsense", "ftp://a.test/token", "http://a.test/token", "https://u:pw@a.test/token",
        "https://169.254.169.254/token",
    ])
    func `a URL to which no secret may go is told once, and not quoted`(url: String) async {
        let http = ScriptedHTTP(.token("t"))
        let provider = TokenProvider(
            TokenEndpoint(url: url), credential: ShelfCredential("s3cret"), through: http)
        do throws(TokenFailure) {
            _ = try await provider.token()
            Issue.record("\(url) was asked")
        } catch {
            guard case .request(.unusable(let reason), attempts: 1) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(!reason.contains("pw"))
        }
        #expect(http.requests.isEmpty)
    }

    @Test func `nothing that holds a proof prints it`() async throws {
        let key = try await AssertionKey(clientID: "app", pem: Keys.ecPrivate, algorithm: .es256)
        let values: [any Sendable] = [
            ClientAuthentication.basic(id: "app", secret: "s3cret"),
            ClientAuthentication.post(id: "app", secret: "s3cret"),
            ClientAuthentication.privateKeyJWT(key), key, AccessToken(value: "s3cret"),
        ]
        for value in values {
            var text = "\(value) \(String(reflecting: value))"
            dump(value, to: &text)
            #expect(!text.contains("s3cret") && !text.contains("PRIVATE"))
        }
    }
}
