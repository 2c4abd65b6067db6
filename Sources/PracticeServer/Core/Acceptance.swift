/// Whether the token endpoint takes a secret, and how that changes while a change propagates.
struct Acceptance: Sendable {
    private var before: Bool
    private var after: Bool
    private var changes: Milliseconds

    /// The same for ever.
    init(_ value: Bool) {
        before = value
        after = value
        changes = 0
    }

    /// Refused until `delay` has passed, then taken.
    static func starting(at now: Milliseconds, after delay: Milliseconds) -> Acceptance {
        var acceptance = Acceptance(false)
        acceptance.change(to: true, at: now, after: delay)
        return acceptance
    }

    func holds(at now: Milliseconds) -> Bool { now >= changes ? after : before }

    /// From `now + delay` on it is `value`; until then what it is now.
    mutating func change(to value: Bool, at now: Milliseconds, after delay: Milliseconds) {
        before = holds(at: now)
        after = value
        changes = now + delay
    }
}
