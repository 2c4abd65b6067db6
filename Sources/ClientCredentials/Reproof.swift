/// When a credential is proven once more, though nothing about it has changed.
///
/// A rotation counts what was used behind its last write, and a service that is quick is ahead of
/// it: so ever longer pauses follow a change, of five seconds up to an hour.
struct Reproof {
    private static let first = Duration.seconds(5)
    private static let longest = Duration.seconds(3_600)

    /// Whether it was ever begun with.
    private(set) var hasBegun = false
    private var due: (at: ContinuousClock.Instant, pause: Duration)?

    /// The credential was changed, or written anew, or is new to this process.
    mutating func begin(at now: ContinuousClock.Instant) {
        hasBegun = true
        due = (now + Self.first, Self.first)
    }

    /// Whether it is time, which is said once for each time.
    mutating func isDue(at now: ContinuousClock.Instant) -> Bool {
        guard let due, now >= due.at else { return false }
        let pause = due.pause * 2
        self.due = pause > Self.longest ? nil : (now + pause, pause)
        return true
    }
}
