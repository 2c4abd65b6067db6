/// One message to one channel, kept until it is delivered.
public struct Delivery: Sendable, Hashable {
    /// What became of it.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        case queued, delivered
        /// Nobody tries any more.
        case givenUp = "given-up"
    }

    /// The journal's number; 0 before it has one.
    public var number: Int64
    /// The number of the episode.
    public var episode: Int64
    /// The channel's name.
    public var channel: String
    /// What is said.
    public var event: AlertEvent
    /// When it was put into the queue.
    public var madeAt: Instant
    /// How often it was tried.
    public var attempts: Int
    /// The earliest next attempt.
    public var nextAt: Instant
    /// What became of it.
    public var state: State
    /// When that was; nil while it is queued.
    public var endedAt: Instant?
    /// What went wrong last; nil where nothing did.
    public var problem: String?

    /// A message that was never tried.
    public init(
        number: Int64 = 0, episode: Int64, channel: String, event: AlertEvent, madeAt: Instant
    ) {
        self.number = number
        self.episode = episode
        self.channel = channel
        self.event = event
        self.madeAt = madeAt
        attempts = 0
        nextAt = madeAt
        state = .queued
    }
}

/// What must be known of a channel to decide what to send there.
public struct ChannelTraits: Sendable, Hashable {
    /// What its deliveries are kept under.
    public let name: String
    /// What is less grave isn't sent here.
    public let minSeverity: AlertSeverity
    /// Whether it wants to hear of what lasts at every run.
    public let isRefreshed: Bool

    /// Traits.
    public init(name: String, minSeverity: AlertSeverity, isRefreshed: Bool) {
        self.name = name
        self.minSeverity = minSeverity
        self.isRefreshed = isRefreshed
    }
}

/// When what is sent, and how long it is tried.
public enum DeliveryRule {
    /// How attempts are spaced.
    static let pauses = RetryRule(first: .minutes(1), cap: .hours(1))
    /// What no pause is as long as: a moment that lies further ahead was made by a wrong clock.
    static let leap = Span.hours(2)
    /// How long, and how often at least, a message is tried.
    static let patience = (time: Span.hours(7 * 24), attempts: 10)
    /// How often at most people are told that an alert grows.
    static let growth = Span.hours(1)

    /// Up to how many messages at once people are told one by one.
    public static let single = 10

    /// What to put into the queue of a channel, whose last message about the episode was `last`.
    public static func event(
        of episode: AlertEpisode, for channel: ChannelTraits, after last: Delivery?,
        by rules: AlertRules, at now: Instant
    ) -> AlertEvent? {
        switch episode.state {
        case .pending: return nil
        case .resolved:
            // Whoever wasn't told of it need not be told that it is over.
            return last == nil || last?.event == .resolved ? nil : .resolved
        case .firing:
            guard let last else {
                return episode.alert.severity >= channel.minSeverity ? .firing : nil
            }
            guard last.state != .queued, episode.alert.severity >= channel.minSeverity else {
                return nil
            }
            if channel.isRefreshed { return .firing }
            let isNews = episode.alert.grownAt.map { $0 > last.madeAt } ?? false
            let pause = isNews ? min(growth, rules.repeatEvery) : rules.repeatEvery
            return isApart(now, from: last.endedAt ?? last.madeAt, by: pause) ? .repeated : nil
        }
    }

    /// Whether a queued message may be tried.
    public static func isDue(_ delivery: Delivery, at now: Instant) -> Bool {
        delivery.nextAt <= now || isApart(now, from: delivery.nextAt, by: leap)
    }

    /// The message after an attempt that failed; `fraction` (0 up to 1) spaces them.
    public static func failed(
        _ delivery: Delivery, _ error: AdapterError, at now: Instant, fraction: Double
    ) -> Delivery {
        var next = delivery
        next.attempts += 1
        next.problem = error.message
        let pause = pauses.pause(afterAttempt: next.attempts, fraction: fraction)
        var asked = Span.zero
        if case .unavailable(let wait?) = error.kind { asked = wait }
        next.nextAt = now + max(pause, asked)
        // The attempts too, since a clock that leaps forward is no reason to lose what nobody read.
        if next.attempts >= patience.attempts,
            isApart(now, from: delivery.madeAt, by: patience.time)
        {
            next.state = .givenUp
            next.endedAt = now
        }
        return next
    }

    /// Whether two moments are at least `span` apart, whichever is first: a record that lies far in
    /// the future was made by a clock that was wrong.
    public static func isApart(_ one: Instant, from other: Instant, by span: Span) -> Bool {
        let distance = one.since(other).milliseconds
        return distance >= span.milliseconds || distance <= -span.milliseconds
    }
}
