import FoundationEssentials

/// Clock, calendar, sleep and chance, so that a test can hold them.
struct TokenTime: Sendable {
    /// A clock that nobody can set, and that goes on while the machine sleeps.
    var now: @Sendable () -> ContinuousClock.Instant = { .now }
    /// The wall clock, for what is dated.
    var date: @Sendable () -> Date = { Date() }
    /// Returns after the time, or once the task is cancelled.
    var sleep: @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    /// The same, for those who wait for something else and have enough then.
    var alarm: @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    /// From 0 to 1, at random.
    var fraction: @Sendable () -> Double = { .random(in: 0..<1) }
}
