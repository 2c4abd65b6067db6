/// The time, as the engine sees it.
public protocol RotationClock: Sendable {
    /// Now, in UTC.
    func now() -> Instant
    /// Now, on the clock that nobody can set.
    func sinceBoot() -> BootReading
    /// Returns at `moment`, or throws when the task is cancelled.
    func sleep(until moment: Instant) async throws
}

/// Where unpredictable values come from.
public protocol RandomSource: Sendable {
    /// A new secret of 48 characters of `[A-Za-z0-9]` (285 bits).
    func secret() -> ClientSecret
    /// 26 characters that sort by `moment` and then by chance.
    func identifier(at moment: Instant) -> String
    /// A number from 0 up to 1.
    func fraction() -> Double
}
