public import RotationCore

/// All that a journal says to who watches it, of one moment.
public struct JournalStanding: Sendable {
    /// A client that a plan is about.
    public struct Client: Sendable, Hashable {
        /// The name.
        public let name: ClientName
        /// When its last rotation was completed, else when it was first seen.
        public let secretSince: Instant
        /// How often its plan wants it rotated; nil only by hand.
        public let period: Span?
        /// When it is due; nil only by hand.
        public let dueAt: Instant?
    }

    /// A rotation that isn't over.
    public struct LiveRotation: Sendable, Hashable {
        /// Whose.
        public let client: ClientName
        /// Where it is.
        public let state: RotationState
        /// Why it isn't moving.
        public let reason: Reason?
        /// When its phase began.
        public let phaseSince: Instant
        /// Since when it waits for the reason.
        public let waitingSince: Instant
        /// How many of its consumers are known to be where.
        public var verdicts: [Evidence.Verdict: Int] = [:]
    }

    /// How many notices of one kind there are about a client.
    public struct NoticeCount: Sendable, Hashable {
        /// Whom they are about.
        public let client: ClientName
        /// What they are about.
        public let kind: Notice.Kind
        /// How many were seen within the life of a notice.
        public let count: Int
    }

    /// Every client of a plan that is there, also of one that can't be read just now.
    public var clients: [Client] = []
    /// Every rotation that isn't over, by client.
    public var live: [LiveRotation] = []
    /// How many rotations were ever completed.
    public var completed = 0
    /// How many rotations were ever abandoned.
    public var abandoned = 0
    /// When the journal was made, and so the key that it is sealed with taken into use.
    public var sealedSince: Instant
    /// What runs counted, all together.
    public var counts: [CountedSeries: Double] = [:]
    /// The last run; nil before the first that was recorded.
    public var lastRun: RunRecord?
    /// The channels that messages wait for.
    public var backlog: [Backlog] = []
    /// How many messages to each channel were given up within a week, by the channel's name.
    public var givenUp: [String: Int] = [:]
    /// What was unusual about clients lately.
    public var notices: [NoticeCount] = []

    /// Nothing but when the journal was made.
    public init(sealedSince: Instant) { self.sealedSince = sealedSince }
}
