/// Which of the presentations that a server tells of were made by Holdover itself.
///
/// It asks for the old secret too, to see it refused, and must not take itself for a straggler.
public struct OwnProbes: Sendable {
    /// How every request of Holdover names itself.
    public static let userAgent = "holdover"

    /// When the engine asked, on its own clock.
    private let moments: [Instant]

    /// Probes that were sent at `moments`.
    public init(sentAt moments: [Instant]) { self.moments = moments.sorted() }

    /// What is left without our own.
    ///
    /// Where the server tells the user agent, that decides. Elsewhere each probe accounts for one
    /// refusal at most, the one nearest to it: who asks at the same time as we do is still seen.
    public func removed(from events: [Presentation]) -> [Presentation] {
        var left = events.filter { $0.userAgent != Self.userAgent }.sorted { $0.at < $1.at }
        for moment in moments {
            let near = left.indices.filter { index in
                let event = left[index]
                guard event.userAgent == nil, event.outcome != .accepted else { return false }
                return event.at >= moment + Self.before && event.at <= moment + Self.behind
            }
            let nearest = near.min { one, other in
                abs(left[one].at.since(moment).milliseconds)
                    < abs(left[other].at.since(moment).milliseconds)
            }
            if let nearest { left.remove(at: nearest) }
        }
        return left
    }

    /// Whether a log lacks the newest of our looks that it should tell of by now.
    ///
    /// A server that saves no requests, or not these, answers that there are none. `isEachTold`
    /// says whether it tells of every refusal; else what was accepted beside it counts too.
    public func areMissing(in told: Presentations, isEachTold: Bool) -> Bool {
        guard !told.isTruncated,
            let last = moments.last(where: { $0 + Self.behind < told.seenUpTo })
        else { return false }
        return !told.events.contains { event in
            event.at >= last + Self.before && event.at <= last + Self.behind
                && event.userAgent ?? Self.userAgent == Self.userAgent
                && (!isEachTold || event.outcome != .accepted)
        }
    }

    /// The two clocks may differ a little, and an answer may take its time.
    private static let before = Span(milliseconds: -5_000)
    private static let behind = Span.seconds(30)
}
