/// Lets `rate` requests a second through in the long run, and `burst` at once.
struct TokenBucket: Sendable {
    private let rate: Double
    private let burst: Double
    /// How many may go now; below zero, so many are waiting their turn.
    private var level: Double
    private var filledAt: ContinuousClock.Instant

    init(_ policy: TokenPolicy.Throttle, at now: ContinuousClock.Instant) {
        rate = policy.rate
        burst = Double(policy.burst)
        level = burst
        filledAt = now
    }

    /// Takes a place, and says how long to wait for it; nil, and no place, where that is longer
    /// than `patience`.
    mutating func take(at now: ContinuousClock.Instant, within patience: Duration) -> Duration? {
        level = min(burst, level + filledAt.duration(to: now) / .seconds(1) * rate)
        filledAt = now
        let wait = level >= 1 ? Duration.zero : .seconds((1 - level) / rate)
        guard wait <= patience else { return nil }
        level -= 1
        return wait
    }

    /// How long the next one would have to wait, as of the last time that one was asked for.
    var wait: Duration { level >= 1 ? .zero : .seconds((1 - level) / rate) }
}
