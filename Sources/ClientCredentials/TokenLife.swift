/// When a token that is held is replaced, and when it isn't handed out any more.
struct TokenLife: Sendable {
    /// From here on it is replaced in the background.
    let refreshAt: ContinuousClock.Instant
    /// From here on a caller waits for another one.
    let staleAt: ContinuousClock.Instant
    /// Until here it is used where there is no other one.
    let endsAt: ContinuousClock.Instant

    /// Of a token that was asked for at `asked` and lives for `lifetime`.
    ///
    /// `chance` is from 0 to 1, and spreads a fleet over a tenth of the life.
    init(
        _ lifetime: Duration, from asked: ContinuousClock.Instant, _ policy: TokenPolicy,
        chance: Double
    ) {
        let buffer = min(policy.buffer, lifetime / 10)
        staleAt = asked + lifetime - buffer
        refreshAt = min(staleAt, asked + lifetime * max(0, policy.refreshAt - chance / 10))
        // The server's clock is not ours, and the token is still on its way.
        endsAt = asked + lifetime - min(.seconds(1), buffer)
    }

    /// Of a token that is simply used until `buffer` before its end.
    init(_ lifetime: Duration, from asked: ContinuousClock.Instant, buffer: Duration) {
        staleAt = asked + lifetime - buffer
        refreshAt = staleAt
        endsAt = staleAt
    }
}
