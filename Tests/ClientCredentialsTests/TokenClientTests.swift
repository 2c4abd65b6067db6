import ClientCredentials
import HTTPTransport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct TokenClientTests {
    /// A clock that stands until it is moved.
    private final class Clock: Sendable {
        private let moment = Mutex(ContinuousClock.now)
        func now() -> ContinuousClock.Instant { moment.withLock { $0 } }
        func move(_ span: Duration) { moment.withLock { $0 += span } }
    }

    private let endpoint = TokenEndpoint(url: "https://a.test/token")
    private let proof = ClientAuthentication.basic(id: "app", secret: "one")
    private let clock = Clock()

    private func client(_ http: ScriptedHTTP) -> TokenClient {
        TokenClient(http: http, now: { [clock] in clock.now() })
    }

    @Test(arguments: [(3_600, 3_540), (100, 90), (600, 540)])
    func `a token is kept until shortly before its end`(lifetime: Int, good: Int) async throws {
        let http = ScriptedHTTP(.token("a", lifetime), .token("b", lifetime))
        let client = client(http)
        #expect(try await client.token(from: endpoint, as: proof).value == "a")
        clock.move(.seconds(good) - .milliseconds(1))
        #expect(try await client.token(from: endpoint, as: proof).value == "a")
        clock.move(.milliseconds(1))
        #expect(try await client.token(from: endpoint, as: proof).value == "b")
        #expect(http.requests.count == 2)
    }

    @Test func `a token without a lifetime is used once`() async throws {
        let bare = #"{"access_token":"t","token_type":"Bearer"}"#
        let http = ScriptedHTTP(.json(200, bare), .json(200, bare))
        let client = client(http)
        for _ in 1...2 { _ = try await client.token(from: endpoint, as: proof) }
        #expect(http.requests.count == 2)
    }

    @Test func `other clients and scopes have tokens of their own`() async throws {
        let http = ScriptedHTTP(.token("a"), .token("b"), .token("c"))
        let client = client(http)
        var scoped = endpoint
        scoped.scope = "read"
        #expect(try await client.token(from: endpoint, as: proof).value == "a")
        #expect(try await client.token(from: scoped, as: proof).value == "b")
        let other = ClientAuthentication.post(id: "other", secret: "one")
        #expect(try await client.token(from: endpoint, as: other).value == "c")
        #expect(try await client.token(from: endpoint, as: proof).value == "a")
    }

    @Test func `callers at the same time share one request`() async throws {
        let http = ScriptedHTTP(.token("a"))
        let client = client(http)
        http.hold(true)
        let callers = (1...20).map { _ in
            Task { try await client.token(from: endpoint, as: proof).value }
        }
        try await wait { !http.requests.isEmpty }
        http.hold(false)
        for caller in callers { #expect(try await caller.value == "a") }
        #expect(http.requests.count == 1)
    }

    @Test func `a caller with another secret doesn't wait for the old one's fate`() async throws {
        let refusal = #"{"error":"invalid_client"}"#
        let http = ScriptedHTTP(.json(401, refusal), .token("b"))
        let two = ClientAuthentication.basic(id: "app", secret: "two")
        let client = client(http)
        http.hold(true)
        let old = Task { try await client.token(from: endpoint, as: proof).value }
        try await wait { !http.requests.isEmpty }
        let new = Task { try await client.token(from: endpoint, as: two).value }
        try await wait { http.requests.count >= 2 }
        http.hold(false)
        #expect(try await new.value == "b")
        await #expect(throws: TokenError.self) { try await old.value }
        #expect(try await client.token(from: endpoint, as: two).value == "b")
    }

    @Test func `a token is for the secret that it was fetched with`() async throws {
        let http = ScriptedHTTP(.token("a"), .token("b"))
        let client = client(http)
        let two = ClientAuthentication.basic(id: "app", secret: "two")
        #expect(try await client.token(from: endpoint, as: proof).value == "a")
        for _ in 1...2 { #expect(try await client.token(from: endpoint, as: two).value == "b") }
        #expect(try await client.token(from: endpoint, as: proof).value == "a")
    }

    @Test func `a failure isn't kept`() async throws {
        let http = ScriptedHTTP(.failure(HTTPFailure(.notSent, "refused")), .token("a"))
        let client = client(http)
        await #expect(throws: TokenError.noAnswer(HTTPFailure(.notSent, "refused"))) {
            try await client.token(from: endpoint, as: proof)
        }
        #expect(try await client.token(from: endpoint, as: proof).value == "a")
    }

    @Test func `an invalidated token isn't used again though it was on its way`() async throws {
        let http = ScriptedHTTP(.token("a"), .token("b"), .token("c"))
        let client = client(http)
        http.hold(true)
        let caller = Task { try await client.token(from: endpoint, as: proof).value }
        try await wait { !http.requests.isEmpty }
        client.invalidate()
        http.hold(false)
        #expect(try await caller.value == "a")
        #expect(try await client.token(from: endpoint, as: proof).value == "b")
        client.invalidate(endpoint, clientID: "other")
        #expect(try await client.token(from: endpoint, as: proof).value == "b")
        client.invalidate(endpoint, clientID: "app")
        #expect(try await client.token(from: endpoint, as: proof).value == "c")
    }
}
