/// How far a server's log of token requests could be read.
///
/// Silence counts only as far as this goes.
public struct EventSight: Sendable, Hashable, Codable {
    /// What kept it from going further.
    public enum Verdict: String, Sendable, Hashable, Codable {
        /// Nothing did.
        case complete
        /// The server tells late, so the newest is missing.
        case late
        /// There was more than could be read, so the oldest is missing.
        case truncated
        /// It lacks what we did ourselves, so it may lack everybody.
        case blind
        /// It couldn't be read at all.
        case unread
    }

    /// What kept it from going further.
    public let verdict: Verdict
    /// Up to when everything is there; nil where nothing was read.
    public let seenUpTo: Instant?
    /// Why it couldn't be read.
    public let detail: String?

    /// A sight.
    public init(_ verdict: Verdict, seenUpTo: Instant? = nil, detail: String? = nil) {
        self.verdict = verdict
        self.seenUpTo = seenUpTo
        self.detail = detail
    }

    /// What was read, for what should be known up to `moment`.
    public init(of told: Presentations, until moment: Instant) {
        let verdict: Verdict =
            told.isTruncated ? .truncated : told.seenUpTo < moment ? .late : .complete
        self.init(verdict, seenUpTo: told.seenUpTo)
    }

    /// Whether silence means that nobody was there.
    public var isComplete: Bool { verdict == .complete }

    /// The same in words.
    public var words: String {
        switch verdict {
        case .complete: "the server's log was read in full"
        case .late: "the server tells late, so who came last is unknown"
        case .truncated:
            "the server's log has more than could be read, so who came first is unknown"
        case .blind: "the server's log lacks our own look at the old secret, so who came is unknown"
        case .unread: "who came is unknown: \(detail ?? "the server's log can't be read")"
        }
    }
}
