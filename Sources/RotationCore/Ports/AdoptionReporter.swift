/// Where can be seen which secret one consumer uses.
public protocol AdoptionReporter: Sendable {
    /// Which class of evidence it gives.
    var source: EvidenceClass { get }

    /// Finds what would keep it from telling.
    ///
    /// A read, for `check`.
    func preflight() async throws(AdapterError) -> [Finding]

    /// What can be seen now; nil where nothing can yet. A read.
    ///
    /// `since` is the moment of the distribution, as ``ReloadContext/since`` has it; nil where none
    /// was.
    ///
    /// Throws where nobody could look: then the rotation waits where it is, with nothing revoked.
    /// Nil, and a report that proves nothing, send it back to verify.
    func report(since: Instant?) async throws(AdapterError) -> ConsumerReport?
}

extension AdoptionReporter {
    /// Most can only be asked.
    public func preflight() async throws(AdapterError) -> [Finding] { [] }
}

/// What can be seen of a consumer's secret, by the class of evidence.
///
/// Whether it is proof is the engine's to judge.
public enum ConsumerReport: Sendable, Hashable {
    /// The consumer's own word, keyed by the secret with which it got its last token.
    case fingerprint(AdoptionReport)
    /// Whether every instance that runs began behind the distribution, and so has read the store
    /// since.
    case rollout(Rollout)
    /// The store's log has a read by the consumer; with which secret it gets tokens, nobody saw.
    case storeRead(at: Instant)
    /// What the server tells of the uses of each secret counts. The consumer asks for tokens at
    /// least once in `quiet`, so that an old secret that wasn't used for that long is nobody's.
    case telemetry(quiet: Span)
}

extension ConsumerReport {
    /// The consumer's own word; nil where it is no such report.
    public var word: AdoptionReport? {
        guard case .fingerprint(let word) = self else { return nil }
        return word
    }
}

/// What the instances of a consumer are like.
public struct Rollout: Sendable, Hashable {
    /// What keeps it from counting, in words: an instance that is older, one that isn't ready; nil
    /// where every instance began behind the distribution.
    public let lack: String?
    /// When the oldest of them began, on the clock of whoever runs them.
    public let oldestAt: Instant?

    /// A rollout.
    public init(lack: String?, oldestAt: Instant? = nil) {
        self.lack = lack
        self.oldestAt = oldestAt
    }
}

/// A consumer's word for the secret that it uses: proof of the value that doesn't give it away.
///
/// `fingerprint` is the first 16 bytes, in lower-case hex, of HMAC-SHA-256 with the secret as the
/// key over `holdover-adoption-v1\n<client_id>\n<at>`. Keyed by the secret itself, it can't be
/// forged without it; bound to a time, it can't be replayed for a later distribution.
public struct AdoptionReport: Sendable, Hashable {
    /// When the consumer made the report, exactly as it was spelled (RFC 3339, UTC).
    public let spelledAt: String
    /// The same moment.
    public let at: Instant
    /// 32 lower-case hex digits.
    public let fingerprint: String
    /// The same of the candidate that the consumer holds beside it, over
    /// `holdover-candidate-v1\n<client_id>\n<at>`; nil where it says nothing of one.
    public let candidate: String?

    /// A report.
    public init(spelledAt: String, at: Instant, fingerprint: String, candidate: String? = nil) {
        self.candidate = candidate
        self.spelledAt = spelledAt
        self.at = at
        self.fingerprint = fingerprint
    }
}
