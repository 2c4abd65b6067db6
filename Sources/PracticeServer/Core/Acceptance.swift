/// Whether the token endpoint takes a secret, and how that changes while a change propagates.
struct Acceptance: Sendable {
    private var before: Bool
    private var after: Bool
    private var changes: Milliseconds
    /// Whether each request meets another node, of which some know of the change already.
    private var flaps = false

    /// The same for ever.
    init(_ value: Bool) {
        before = value
        after = value
        changes = 0
    }

    /// Refused until `delay` has passed, then taken.
    static func starting(at now: Milliseconds, after delay: Milliseconds, flaps: Bool) -> Acceptance
    {
        var acceptance = Acceptance(false)
        acceptance.change(to: true, at: now, after: delay, flaps: flaps)
        return acceptance
    }

    func holds(at now: Milliseconds) -> Bool {
        guard now < changes else { return after }
        return flaps && Bool.random() ? after : before
    }

    /// From `now + delay` on it is `value`; until then what it is now, or sometimes that.
    mutating func change(
        to value: Bool, at now: Milliseconds, after delay: Milliseconds, flaps: Bool
    ) {
        before = now < changes ? before : after
        after = value
        changes = now + delay
        self.flaps = flaps
    }
}
