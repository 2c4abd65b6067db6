import HTTPTransport
import Synchronization
import Testing

@testable import ClientCredentials

/// What a provider does where a server wants less of it, and where much is asked of it at once.
@Suite(.timeLimit(.minutes(3))) struct TokenPressureTests {
    private let endpoint = TokenEndpoint(url: "https://a.test/token")
    private let server = SecretServer(accepting: "one")
    private let clock = HeldTime()

    private func provider(
        _ policy: TokenPolicy = TokenPolicy(), gates: TokenGates = TokenGates(),
        time: TokenTime? = nil
    ) -> TokenProvider {
        TokenProvider(
            endpoint, credential: ShelfCredential("one"), through: server,
            settings: .init(policy: policy, gates: gates), time: time ?? clock.time)
    }

    @Test func `a success of another request doesn't end the pause that the server asked for`()
        async throws
    {
        let isReleased = Mutex(false)
        let isLimited = Mutex(true)
        let http = AnsweringHTTP { request in
            if request.asks(for: "early") {
                while !isReleased.withLock({ $0 }) { await Task.yield() }
                return .token
            }
            let wasLimited = isLimited.withLock { isLimited in
                defer { isLimited = false }
                return isLimited
            }
            return wasLimited ? .json(429, "{}", ["Retry-After": "20"]) : .token
        }
        let early = Mutex<Task<AccessToken, any Error>?>(nil)
        var time = clock.time
        // Behind the answer that asks for a pause comes the one to the request from before.
        time.sleep = { [clock] span in
            isReleased.withLock { $0 = true }
            _ = try? await early.withLock { $0 }?.value
            await clock.time.sleep(span)
        }
        let tokens = TokenProvider(
            endpoint, credential: ShelfCredential("one"), through: http, settings: .init(),
            time: time)
        early.withLock { $0 = Task { try await tokens.token(scope: "early") } }
        try await wait { http.count == 1 }
        _ = try await tokens.token(scope: "limited")
        #expect(clock.pauses.reduce(.zero, +) == .seconds(20))
    }

    @Test func `who waits for a turn has the patience that the server asks for meanwhile`()
        async throws
    {
        let gates = TokenGates()
        let policy = TokenPolicy(retry: .init(attempts: 1), throttle: .init(rate: 1, burst: 1))
        let now = clock.now
        var time = clock.time
        let isFirst = Mutex(true)
        // While it waits, another request of the same endpoint is told to wait.
        time.sleep = { [clock, endpoint] span in
            let wasFirst = isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
            if wasFirst {
                gates.change(endpoint, policy, at: now) { $0.hold(until: now + .seconds(7)) }
            }
            await clock.time.sleep(span)
        }
        let tokens = provider(policy, gates: gates, time: time)
        _ = try await tokens.token(scope: "first")
        #expect(try await tokens.token(scope: "second").value == "one-2")
        #expect(now.duration(to: clock.now) == .seconds(7))
    }

    @Test func `a request that had no time says nothing of the endpoint`() async throws {
        let policy = TokenPolicy(
            deadline: .seconds(10), requestDeadline: .seconds(8), retry: .init(attempts: 1),
            breaker: .init(failures: 1), throttle: .init(rate: 0.125, burst: 1))
        let http = AnsweringHTTP { [clock] request in
            guard request.asks(for: "late") else { return .token }
            clock.move(request.deadline)
            return .failure(HTTPFailure(.interrupted, "no answer in time"))
        }
        let tokens = TokenProvider(
            endpoint, credential: ShelfCredential("one"), through: http,
            settings: .init(policy: policy), time: clock.time)
        _ = try await tokens.token(scope: "first")
        // Eight seconds go by until it is its turn, and two are left.
        await #expect(throws: TokenFailure.self) { try await tokens.token(scope: "late") }
        #expect(http.count == 2)
        _ = try await tokens.token(scope: "third")
        // With all the time that a request has it does.
        await #expect(throws: TokenFailure.self) {
            clock.move(.seconds(10))
            return try await tokens.token(scope: "late")
        }
        await #expect(throws: TokenFailure.circuitOpen(retryAfter: .seconds(2))) {
            try await tokens.token(scope: "fourth")
        }
    }

    @Test func `what is replaced in the background has half of the throttle`() async throws {
        let tokens = provider(TokenPolicy(throttle: .init(rate: 1, burst: 2)))
        for scope in ["a", "b"] { _ = try await tokens.token(scope: scope) }
        clock.move(.seconds(2_600))
        for scope in ["a", "b"] { _ = try await tokens.token(scope: scope) }
        try await wait { server.presented.count == 4 }
        #expect(clock.pauses == [.seconds(2)])
    }

    @Test func `a deadline as long as a request still lets the breaker open`() async throws {
        let policy = TokenPolicy(
            deadline: .seconds(10), retry: .init(attempts: 1), breaker: .init(failures: 1))
        let http = AnsweringHTTP { [clock] request in
            clock.move(request.deadline)
            return .failure(HTTPFailure(.interrupted, "no answer in time"))
        }
        let tokens = TokenProvider(
            endpoint, credential: ShelfCredential("one"), through: http,
            settings: .init(policy: policy), time: clock.time)
        _ = try? await tokens.token()
        await #expect(throws: TokenFailure.circuitOpen(retryAfter: .seconds(2))) {
            try await tokens.token()
        }
    }

    @Test func `who comes while the background stands back gets a request of its own`()
        async throws
    {
        let cache = TokenCache<String, TokenFailure>(
            time: clock.time, impatience: .init(cancelled: .cancelled, late: .deadline)
        ) { TokenLife($0, from: $1, TokenPolicy(), chance: 1) }
        let isReleased = Mutex(false)
        let occasions = Mutex<[FetchOccasion]>([])
        let fetch: TokenCache<String, TokenFailure>.Fetch = { occasion in
            occasions.withLock { $0.append(occasion) }
            guard occasion == .early else {
                return .success(AccessToken(value: "t", lifetime: .seconds(10), scope: nil))
            }
            while !isReleased.withLock({ $0 }) { await Task.yield() }
            return .failure(.throttled(retryAfter: .seconds(5)))
        }
        _ = try await cache.token(for: "k", fetch).get()
        clock.move(.seconds(8))
        _ = try await cache.token(for: "k", fetch).get()
        clock.move(.seconds(2))
        let caller = Task { await cache.token(for: "k", fetch) }
        try await wait { cache.waiting == 1 }
        isReleased.withLock { $0 = true }
        #expect(try await caller.value.get().value == "t")
        #expect(occasions.withLock { $0 } == [.needed, .early, .needed])
    }

    @Test func `a page instead of a token isn't asked for again`() async {
        server.change { $0.outage = .page(200, "text/html", "welcome") }
        await #expect(throws: TokenFailure.self) { try await provider().token() }
        #expect(server.presented.count == 1)
    }

    @Test func `a token that is good for a hundred years is one`() async throws {
        server.change { $0.lifetime = 3_153_600_000 }
        let tokens = provider()
        #expect(try await tokens.token().value == "one-1")
        #expect(try await tokens.token().value == "one-1")
    }

    @Test func `providers that share their gates ask no faster than one`() async throws {
        let gates = TokenGates()
        let policy = TokenPolicy(throttle: .init(rate: 1, burst: 2))
        for _ in 1...4 { _ = try await provider(policy, gates: gates).token() }
        #expect(clock.pauses == [.seconds(1), .seconds(1)])
        for _ in 1...2 { _ = try await provider(policy).token() }
        #expect(clock.pauses.count == 2)
    }

    @Test func `who can wait for ever can say so`() async throws {
        #expect(try await provider().token(deadline: .seconds(Int64.max)).value == "one-1")
    }

    @Test func `the order of resources makes no other token, and any token can be invalidated`()
        async throws
    {
        let tokens = provider()
        let both = ["https://a.test", "https://b.test"]
        let token = try await tokens.token(scope: "s", resources: both)
        #expect(try await tokens.token(scope: "s", resources: both.reversed()).value == "one-1")
        tokens.invalidate(token)
        #expect(try await tokens.token(scope: "s", resources: both).value == "one-2")
    }
}

/// What a closure answers.
private final class AnsweringHTTP: HTTPClient {
    private let answer: @Sendable (HTTPRequest) async -> Result<HTTPResponse, HTTPFailure>
    private let asked = Mutex(0)

    init(_ answer: @escaping @Sendable (HTTPRequest) async -> Result<HTTPResponse, HTTPFailure>) {
        self.answer = answer
    }

    /// How often it was asked.
    var count: Int { asked.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        asked.withLock { $0 += 1 }
        return try await answer(request).get()
    }
}

extension HTTPRequest {
    fileprivate func asks(for scope: String) -> Bool {
        String(decoding: body ?? [], as: UTF8.self).contains("scope=\(scope)")
    }
}

extension Result<HTTPResponse, HTTPFailure> {
    fileprivate static var token: Self {
        .json(200, #"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#)
    }
}
