import Synchronization

/// The breakers and throttles before token endpoints, one of each for each URL.
///
/// A provider has its own, unless its settings name one that it shares with others: then a service
/// with ten clients of one server asks it no faster than a service with one. The policy of who
/// asks first counts.
public final class TokenGates: Sendable {
    private let gates = Mutex<[String: TokenGate]>([:])

    /// Endpoints of which nothing is known yet.
    public init() {}

    func change<Value>(
        _ endpoint: TokenEndpoint, _ policy: TokenPolicy, at now: ContinuousClock.Instant,
        _ body: (inout TokenGate) -> Value
    ) -> Value {
        gates.withLock { gates in
            var gate = gates[endpoint.url] ?? TokenGate(policy, at: now)
            defer { gates[endpoint.url] = gate }
            return body(&gate)
        }
    }
}

/// What stands before one token endpoint: its breaker, its throttle, and the pause that it asked
/// for.
struct TokenGate: Sendable {
    /// Whether a request may be sent.
    enum Admission: Hashable {
        /// Behind so long a pause, in which another request may change that.
        case granted(after: Duration, isTrial: Bool)
        /// Asked again behind so long a pause: the server said so (`Retry-After`).
        case patience(Duration)
        case refused(TokenFailure)
    }

    var breaker: CircuitBreaker
    private var bucket: TokenBucket
    /// What nobody waits for has half of the throttle, so that there is room for those who do.
    private var background: TokenBucket
    private var notBefore: ContinuousClock.Instant?

    init(_ policy: TokenPolicy, at now: ContinuousClock.Instant) {
        breaker = CircuitBreaker(policy.breaker)
        bucket = TokenBucket(policy.throttle, at: now)
        let half = TokenPolicy.Throttle(
            rate: policy.throttle.rate / 2, burst: policy.throttle.burst / 2)
        background = TokenBucket(half, at: now)
    }

    /// What a request in the background waits for before it asks to be admitted; nil where that is
    /// longer than `patience`.
    mutating func wait(inBackground now: ContinuousClock.Instant, within patience: Duration)
        -> Duration?
    {
        background.take(at: now, within: patience)
    }

    /// Who is let through tells what came of it.
    mutating func admit(at now: ContinuousClock.Instant, within patience: Duration) -> Admission {
        let told = told(at: now) ?? .zero
        // While it is known to be down nobody waits, nor for the pause that it asked for.
        if let wait = breaker.wait(at: now).map({ max($0, told) }), wait > .zero {
            return .refused(.circuitOpen(retryAfter: wait))
        }
        guard told == .zero else {
            return told < patience ? .patience(told) : .refused(.throttled(retryAfter: told))
        }
        let fresh = breaker
        if case .refused(let wait) = breaker.admit(at: now) {
            return .refused(.circuitOpen(retryAfter: wait))
        }
        guard let turn = bucket.take(at: now, within: patience) else {
            breaker = fresh
            return .refused(.throttled(retryAfter: bucket.wait))
        }
        return .granted(after: turn, isTrial: breaker.state == .halfOpen)
    }

    /// What has come about since a request was admitted, and keeps it from being sent; nil for
    /// nothing.
    func obstacle(at now: ContinuousClock.Instant) -> Admission? {
        if let wait = breaker.wait(at: now) { return .refused(.circuitOpen(retryAfter: wait)) }
        return told(at: now).map { .patience($0) }
    }

    /// The server wants nothing before.
    mutating func hold(until moment: ContinuousClock.Instant) {
        notBefore = [notBefore, moment].compactMap(\.self).max()
    }

    private func told(at now: ContinuousClock.Instant) -> Duration? {
        notBefore.map { now.duration(to: $0) }.flatMap { $0 > .zero ? $0 : nil }
    }
}
