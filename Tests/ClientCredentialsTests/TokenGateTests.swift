import Testing

@testable import ClientCredentials

@Suite struct TokenGateTests {
    private let start = ContinuousClock.now
    private let patience = Duration.seconds(30)

    private func gate(rate: Double = 10, burst: Int = 20) -> TokenGate {
        TokenGate(TokenPolicy(throttle: .init(rate: rate, burst: burst)), at: start)
    }

    @Test func `what nobody waits for leaves room for those who do`() {
        var gate = gate()
        let waits = (1...40).compactMap { _ in gate.wait(inBackground: start, within: patience) }
        #expect(waits.filter { $0 == .zero }.count == 10)
        #expect(waits.last == .seconds(6))
        for _ in 1...10 { _ = gate.admit(at: start, within: patience) }
        #expect(gate.admit(at: start, within: patience) == .granted(after: .zero, isTrial: false))
        #expect(gate.wait(inBackground: start, within: .seconds(1)) == nil)
    }

    @Test func `behind a pause that the server asked for not all go at once`() {
        var gate = gate(burst: 2)
        gate.hold(until: start + .seconds(20))
        let waits = (1...5).map { _ in gate.admit(at: start, within: patience) }
        #expect(waits.allSatisfy { $0 == .patience(.seconds(20)) })
        let after = start + .seconds(20)
        let turns = (1...3).map { _ in gate.admit(at: after, within: patience) }
        #expect(
            turns == [.zero, .zero, .milliseconds(100)].map { .granted(after: $0, isTrial: false) })
    }

    @Test func `while the endpoint is known to be down nobody waits for its pause`() {
        var gate = gate()
        for _ in 1...5 { gate.breaker.failed(at: start) }
        gate.hold(until: start + .seconds(20))
        let later = start + .seconds(10)
        #expect(
            gate.admit(at: later, within: patience)
                == .refused(.circuitOpen(retryAfter: .seconds(10))))
        let after = start + .seconds(20)
        #expect(gate.admit(at: after, within: patience) == .granted(after: .zero, isTrial: true))
        #expect(
            gate.admit(at: after, within: patience)
                == .refused(.circuitOpen(retryAfter: .seconds(2))))
    }

    @Test func `the longer one of two pauses counts`() {
        var gate = gate()
        gate.hold(until: start + .seconds(20))
        gate.hold(until: start + .seconds(5))
        #expect(gate.admit(at: start, within: patience) == .patience(.seconds(20)))
    }

    @Test func `settings that make no sense are brought to the nearest that does`() {
        var policy = TokenPolicy()
        policy.throttle.rate = 0
        policy.throttle.burst = 0
        policy.retry.attempts = 0
        policy.breaker.failures = 0
        policy.refreshAt = 7
        var gate = TokenGate(policy, at: start)
        #expect(gate.admit(at: start, within: patience) == .granted(after: .zero, isTrial: false))
        #expect(
            gate.admit(at: start, within: patience)
                == .refused(.throttled(retryAfter: .seconds(1_000))))
        #expect(policy.retry.attempts == 1 && policy.breaker.failures == 1 && policy.refreshAt == 1)
    }
}
