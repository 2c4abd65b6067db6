import Testing

@testable import ClientCredentials

@Suite struct CircuitBreakerTests {
    private let start = ContinuousClock.now
    private let policy = TokenPolicy.Breaker(
        failures: 3, pause: .seconds(2), cap: .seconds(5))

    private func opened() -> CircuitBreaker {
        var breaker = CircuitBreaker(policy)
        for _ in 1...3 { breaker.failed(at: start) }
        return breaker
    }

    @Test func `it opens behind failures in a row, and not before`() {
        var breaker = CircuitBreaker(policy)
        breaker.failed(at: start)
        breaker.failed(at: start)
        breaker.succeeded()
        breaker.failed(at: start)
        breaker.failed(at: start)
        #expect(breaker.state == .closed)
        breaker.failed(at: start)
        #expect(breaker.state == .open)
    }

    @Test func `open it lets nothing through for its pause, and then one`() {
        var breaker = opened()
        #expect(breaker.admit(at: start + .seconds(1)) == .refused(retryAfter: .seconds(1)))
        #expect(breaker.admit(at: start + .seconds(2)) == .granted)
        #expect(breaker.state == .halfOpen)
        #expect(breaker.admit(at: start + .seconds(2)) != .granted)
    }

    @Test func `a trial that succeeds closes it`() {
        var breaker = opened()
        _ = breaker.admit(at: start + .seconds(2))
        breaker.succeeded()
        #expect(breaker.state == .closed)
        #expect(breaker.admit(at: start + .seconds(2)) == .granted)
    }

    @Test func `a trial that fails opens it for twice as long, up to the cap`() {
        var breaker = opened()
        var now = start + .seconds(2)
        for pause in [4, 5, 5] {
            #expect(breaker.admit(at: now) == .granted)
            breaker.failed(at: now)
            #expect(breaker.admit(at: now) == .refused(retryAfter: .seconds(pause)))
            now += .seconds(pause)
        }
    }

    @Test func `failures of requests from before it opened don't prolong it`() {
        var breaker = opened()
        breaker.failed(at: start + .seconds(1))
        #expect(breaker.admit(at: start + .seconds(2)) == .granted)
    }

    @Test func `a trial that told nothing leaves the next one to tell`() {
        var breaker = opened()
        _ = breaker.admit(at: start + .seconds(2))
        breaker.abandoned(at: start + .seconds(2))
        #expect(breaker.admit(at: start + .seconds(2)) == .granted)
    }
}
