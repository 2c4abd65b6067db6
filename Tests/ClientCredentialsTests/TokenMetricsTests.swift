import MetricsTestKit
import Testing

@testable import ClientCredentials

@Suite(.timeLimit(.minutes(3))) struct TokenMetricsTests {
    private let server = SecretServer(accepting: "one")
    private let shelf = ShelfCredential("one")
    private let clock = HeldTime()
    private let metrics = TestMetrics()

    private func provider(_ policy: TokenPolicy = TokenPolicy()) -> TokenProvider {
        TokenProvider(
            TokenEndpoint(url: "https://a.test/token"), credential: shelf, through: server,
            settings: .init(policy: policy, metrics: metrics), time: clock.time)
    }

    private func count(_ name: String, _ labels: [(String, String)] = []) -> Int64 {
        let all = [("endpoint", "https://a.test/token")] + labels
        return (try? metrics.expectCounter("client_credentials_" + name, all).totalValue) ?? 0
    }

    @Test func `hits, fetches and requests are counted`() async throws {
        let tokens = provider()
        for _ in 1...5 { _ = try await tokens.token() }
        #expect(count("cache_hits_total") == 4)
        #expect(count("fetches_total", [("occasion", "needed")]) == 1)
        #expect(count("requests_total", [("outcome", "success")]) == 1)
        let timer = try metrics.expectTimer(
            "client_credentials_request_duration_seconds", [("endpoint", "https://a.test/token")])
        #expect(timer.values.count == 1)
    }

    @Test func `failures are counted by what they are, in words of ours`() async {
        server.change {
            $0.troubles = [
                .away, .overloaded, .json(429, "{}"), .json(400, #"{"error":"evil_label_42"}"#),
            ]
        }
        _ = try? await provider().token()
        for outcome in ["no_answer", "unavailable", "rate_limited", "refused"] {
            #expect(count("requests_total", [("outcome", outcome)]) == 1)
        }
    }

    @Test func `the breaker's state is shown`() async throws {
        server.change { $0.outage = .away }
        let tokens = provider(TokenPolicy(retry: .init(attempts: 1), breaker: .init(failures: 2)))
        for _ in 1...2 { _ = try? await tokens.token() }
        let gauge = try metrics.expectGauge(
            "client_credentials_breaker_state", [("endpoint", "https://a.test/token")])
        #expect(gauge.lastValue == 2)
        server.change { $0.outage = nil }
        clock.move(.seconds(2))
        _ = try await tokens.token()
        #expect(gauge.values == [0, 2, 1, 0])
    }

    @Test func `a rotation shows as a change, a fetch and a fallback`() async throws {
        let tokens = provider()
        _ = try await tokens.token()
        shelf.put("two")
        shelf.hint(.written)
        try await wait { server.presented.count >= 3 }
        try await wait { count("credential_fallbacks_total") >= 1 }
        #expect(count("credential_changes_total") == 1)
        #expect(count("fetches_total", [("occasion", "rotation")]) == 1)
        #expect(count("requests_total", [("outcome", "invalid_client")]) == 1)
    }
}
