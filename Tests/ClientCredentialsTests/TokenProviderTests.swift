import HTTPTransport
import Synchronization
import Testing

@testable import ClientCredentials

@Suite(.timeLimit(.minutes(3))) struct TokenProviderTests {
    private let endpoint = TokenEndpoint(url: "https://a.test/token", scope: "read write")
    private let server = SecretServer(accepting: "one")
    private let shelf = ShelfCredential("one")
    private let clock = HeldTime()

    private func provider(_ policy: TokenPolicy = TokenPolicy()) -> TokenProvider {
        TokenProvider(
            endpoint, credential: shelf, through: server, settings: .init(policy: policy),
            time: clock.time)
    }

    @Test func `a thousand callers make one request`() async throws {
        let tokens = provider()
        server.change { $0.isHeld = true }
        let callers = (1...1_000).map { _ in Task { try await tokens.token().value } }
        try await wait { !server.presented.isEmpty }
        server.change { $0.isHeld = false }
        for caller in callers { #expect(try await caller.value == "one-1") }
        #expect(server.presented.count == 1)
    }

    @Test func `a set of scopes has one token, whatever their order`() async throws {
        let tokens = provider()
        #expect(try await tokens.token().value == "one-1")
        #expect(try await tokens.token(scope: "write  read").value == "one-1")
        #expect(try await tokens.token(scope: "read").value == "one-2")
        #expect(try await tokens.token(resources: ["https://r.test"]).value == "one-3")
    }

    @Test func `a token is replaced in the background before it ends`() async throws {
        let tokens = provider()
        #expect(try await tokens.token().value == "one-1")
        // At 80 % less the tenth that chance says.
        clock.move(.seconds(2_519))
        #expect(try await tokens.token().value == "one-1")
        #expect(server.presented.count == 1)
        clock.move(.seconds(1))
        #expect(try await tokens.token().value == "one-1")
        try await wait { try await tokens.token().value == "one-2" }
        #expect(server.presented.count == 2)
    }

    @Test func `in its last minute a caller waits for another one`() async throws {
        let tokens = provider()
        _ = try await tokens.token()
        clock.move(.seconds(3_540))
        #expect(try await tokens.token().value == "one-2")
    }

    @Test func `while the server is away a token is used as long as it lives`() async throws {
        let tokens = provider(TokenPolicy(retry: .init(attempts: 1)))
        _ = try await tokens.token()
        server.change { $0.outage = .away }
        clock.move(.seconds(3_550))
        for _ in 1...20 { #expect(try await tokens.token().value == "one-1") }
        clock.move(.seconds(48))
        #expect(try await tokens.token().value == "one-1")
        clock.move(.seconds(2))
        await #expect(throws: TokenFailure.self) { try await tokens.token() }
    }

    @Test func `a failed refresh in the background isn't repeated with each call`() async throws {
        let tokens = provider(TokenPolicy(retry: .init(attempts: 1)))
        _ = try await tokens.token()
        server.change { $0.outage = .overloaded }
        clock.move(.seconds(3_000))
        for _ in 1...50 {
            _ = try await tokens.token()
            await Task.yield()
        }
        #expect(server.presented.count <= 2)
    }

    @Test func `a failure is repeated with doubling pauses, and a success ends them`()
        async throws
    {
        server.change { $0.troubles = [.away, .overloaded, .overloaded] }
        #expect(try await provider().token().value == "one-4")
        #expect(clock.pauses == [.milliseconds(200), .milliseconds(400), .milliseconds(800)])
    }

    @Test func `the pauses are anything from nothing up`() async throws {
        clock.roll(0.25)
        server.change { $0.troubles = [.away, .away] }
        _ = try await provider().token()
        #expect(clock.pauses == [.milliseconds(50), .milliseconds(100)])
    }

    @Test func `it gives up behind so many requests, and says so`() async {
        server.change { $0.outage = .overloaded }
        let last = TokenError.unavailable(status: 503, retryAfter: nil)
        await #expect(throws: TokenFailure.request(last, attempts: 4)) {
            try await provider().token()
        }
    }

    @Test func `Retry-After is waited for where the deadline allows it`() async throws {
        let busy = Result.json(429, "{}", ["Retry-After": "7"])
        server.change { $0.troubles = [busy] }
        clock.roll(0)
        #expect(try await provider().token().value == "one-2")
        #expect(clock.pauses.reduce(.zero, +) == .seconds(7))
        server.change { $0.troubles = [.json(429, "{}", ["Retry-After": "120"])] }
        await #expect(throws: TokenFailure.throttled(retryAfter: .seconds(120))) {
            try await provider().token()
        }
        #expect(server.presented.count == 3)
    }

    @Test(arguments: [400, 401, 403]) func `a refusal of the request is never repeated`(
        status: Int
    ) async {
        server.change { $0.troubles = [.json(status, #"{"error":"invalid_scope"}"#)] }
        await #expect(throws: TokenFailure.self) { try await provider().token() }
        #expect(server.presented.count == 1)
        #expect(clock.pauses.isEmpty)
    }

    @Test func `the breaker opens, fails at once, and closes behind a trial`() async throws {
        let tokens = provider(
            TokenPolicy(retry: .init(attempts: 1), breaker: .init(failures: 2, pause: .seconds(2))))
        server.change { $0.outage = .away }
        for _ in 1...2 { _ = try? await tokens.token() }
        await #expect(throws: TokenFailure.circuitOpen(retryAfter: .seconds(2))) {
            try await tokens.token()
        }
        #expect(server.presented.count == 2)
        clock.move(.seconds(2))
        server.change { $0.outage = nil }
        #expect(try await tokens.token().value == "one-3")
    }

    @Test func `the throttle spreads requests for many kinds of tokens`() async throws {
        let tokens = provider(TokenPolicy(throttle: .init(rate: 2, burst: 2)))
        for number in 1...4 { _ = try await tokens.token(scope: "s\(number)") }
        #expect(clock.pauses == [.milliseconds(500), .milliseconds(500)])
    }

    @Test(arguments: [nil, Duration.milliseconds(1)])
    func `a caller's deadline, or the policy's, ends its waiting and not the request`(
        deadline: Duration?
    ) async throws {
        let tokens = provider()
        server.change { $0.isHeld = true }
        let caller = Task { try await tokens.token(deadline: deadline) }
        try await wait { !server.presented.isEmpty }
        clock.move(deadline ?? .seconds(30))
        await #expect(throws: TokenFailure.deadline) { try await caller.value }
        await #expect(throws: TokenFailure.deadline) { try await tokens.token(deadline: .zero) }
        server.change { $0.isHeld = false }
        #expect(try await tokens.token().value == "one-1")
        #expect(server.presented.count == 1)
    }

    @Test func `a server that says nothing costs nobody a token that still lives`() async throws {
        let tokens = provider()
        _ = try await tokens.token()
        server.change { $0.isHeld = true }
        clock.move(.seconds(3_545))
        let caller = Task { try await tokens.token().value }
        try await wait { server.presented.count >= 2 }
        clock.move(.seconds(2))
        #expect(try await caller.value == "one-1")
        // Who comes now doesn't wait, not even for that long.
        for _ in 1...100 { #expect(try await tokens.token().value == "one-1") }
        server.change { $0.isHeld = false }
        try await wait { try await tokens.token().value == "one-2" }
    }

    @Test func `a caller's deadline ends with a token that still lives`() async throws {
        let tokens = provider()
        _ = try await tokens.token()
        server.change { $0.isHeld = true }
        clock.move(.seconds(3_545))
        #expect(try await tokens.token(deadline: .zero).value == "one-1")
        server.change { $0.isHeld = false }
    }

    @Test func `what waits its turn isn't sent once the endpoint is found to be down`()
        async throws
    {
        let policy = TokenPolicy(
            retry: .init(attempts: 1), breaker: .init(failures: 1),
            throttle: .init(rate: 1, burst: 1))
        server.change { $0.outage = .away }
        let rest = Mutex<TokenProvider?>(nil)
        let isFirst = Mutex(true)
        var time = clock.time
        // While the second one waits for its turn, the first one fails.
        time.sleep = { [server] _ in
            let wasFirst = isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
            guard wasFirst else { return }
            server.change { $0.isHeld = false }
            _ = try? await rest.withLock { $0 }?.token()
        }
        let tokens = TokenProvider(
            endpoint, credential: shelf, through: server, settings: .init(policy: policy),
            time: time)
        rest.withLock { $0 = tokens }
        server.change { $0.isHeld = true }
        async let first = try? tokens.token()
        try await wait { !server.presented.isEmpty }
        await #expect(throws: TokenFailure.circuitOpen(retryAfter: .seconds(2))) {
            try await tokens.token(scope: "other")
        }
        _ = await first
        #expect(server.presented.count == 1)
    }

    @Test func `a page instead of an answer is no outage where the status is the client's fault`()
        async throws
    {
        let tokens = provider(TokenPolicy(breaker: .init(failures: 2), refusalPause: .zero))
        server.change {
            $0.troubles = Array(repeating: .page(403, "text/html", ""), count: 5)
        }
        for _ in 1...5 { _ = try? await tokens.token(scope: "forbidden") }
        #expect(try await tokens.token().value == "one-6")
    }

    @Test func `cancelling a caller ends its waiting and not that of others`() async throws {
        let tokens = provider()
        server.change { $0.isHeld = true }
        let impatient = Task { try await tokens.token() }
        let patient = Task { try await tokens.token().value }
        try await wait { !server.presented.isEmpty }
        impatient.cancel()
        await #expect(throws: TokenFailure.cancelled) { try await impatient.value }
        server.change { $0.isHeld = false }
        #expect(try await patient.value == "one-1")
    }

    @Test func `a token that a resource server refused is replaced once`() async throws {
        let tokens = provider()
        let first = try await tokens.token()
        tokens.invalidate(first)
        let second = try await tokens.token()
        // Others that held the first one say the same a moment later.
        tokens.invalidate(first)
        #expect(try await tokens.token() == second)
        #expect(second.value == "one-2")
    }

    @Test func `a body that meets a 401 is called once more with another token`() async throws {
        let tokens = provider()
        let used = try await tokens.withToken { token in
            if token.value == "one-1" { throw TokenProvider.Unauthorized() }
            return token.value
        }
        #expect(used == "one-2")
        await #expect(throws: TokenProvider.Unauthorized.self) {
            try await tokens.withToken { _ in throw TokenProvider.Unauthorized() }
        }
        #expect(server.presented.count == 3)
    }

    @Test func `a token without a lifetime is shared and not kept`() async throws {
        server.change { $0.lifetime = nil }
        let tokens = provider()
        #expect(try await tokens.token().value == "one-1")
        #expect(try await tokens.token().value == "one-2")
    }

    @Test func `less scope than was asked for is an error where the policy insists`() async throws {
        server.change { $0.scope = "read" }
        #expect(try await provider().token().granted == ["read"])
        await #expect(throws: TokenFailure.scopeNotGranted(missing: ["write"])) {
            try await provider(TokenPolicy(insistsOnScope: true)).token()
        }
        server.change { $0.scope = "write read more" }
        _ = try await provider(TokenPolicy(insistsOnScope: true)).token()
    }
}
