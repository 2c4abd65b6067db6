/// Stops requests to an endpoint that is known to be down, and lets one through to see.
///
/// Closed, it counts failures in a row. Open, it lets nothing through for its pause. Half-open, one
/// request is on trial: if it succeeds the breaker closes, else it opens for twice as long.
struct CircuitBreaker: Sendable {
    /// What it is, in the words and numbers of the metric.
    enum State: Int, Sendable, Hashable {
        case closed = 0
        case halfOpen = 1
        case open = 2
    }

    /// Whether a request may be sent.
    enum Admission: Hashable {
        case granted
        case refused(retryAfter: Duration)
    }

    private enum Condition {
        case closed(failures: Int)
        case open(until: ContinuousClock.Instant, pause: Duration)
        case onTrial(pause: Duration)
    }

    private let policy: TokenPolicy.Breaker
    private var condition = Condition.closed(failures: 0)

    init(_ policy: TokenPolicy.Breaker) { self.policy = policy }

    var state: State {
        switch condition {
        case .closed: .closed
        case .open: .open
        case .onTrial: .halfOpen
        }
    }

    /// How long it lets nobody through; nil where it is closed.
    func wait(at now: ContinuousClock.Instant) -> Duration? {
        switch condition {
        case .closed: nil
        case .onTrial(let pause): pause
        case .open(let until, _): max(.zero, now.duration(to: until))
        }
    }

    /// Who is let through tells what came of it.
    mutating func admit(at now: ContinuousClock.Instant) -> Admission {
        switch condition {
        case .closed: return .granted
        case .onTrial(let pause): return .refused(retryAfter: pause)
        case .open(let until, let pause):
            guard now >= until else { return .refused(retryAfter: now.duration(to: until)) }
            condition = .onTrial(pause: pause)
            return .granted
        }
    }

    /// The endpoint works, whatever it said.
    mutating func succeeded() { condition = .closed(failures: 0) }

    mutating func failed(at now: ContinuousClock.Instant) {
        switch condition {
        case .closed(let failures) where failures + 1 < policy.failures:
            condition = .closed(failures: failures + 1)
        case .closed: condition = .open(until: now + policy.pause, pause: policy.pause)
        case .onTrial(let pause):
            let longer = min(policy.cap, pause * 2)
            condition = .open(until: now + longer, pause: longer)
        // A request from before it opened: known already.
        case .open: break
        }
    }

    /// The trial came to nothing that tells of the endpoint: the next one is on trial.
    mutating func abandoned(at now: ContinuousClock.Instant) {
        if case .onTrial(let pause) = condition { condition = .open(until: now, pause: pause) }
    }
}
