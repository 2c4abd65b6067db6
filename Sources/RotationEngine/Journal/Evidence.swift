public import RotationCore

/// What one consumer was last seen to use.
public struct Evidence: Sendable, Hashable {
    /// What was concluded.
    public enum Verdict: String, Sendable, Hashable, Codable {
        /// It was seen, after the distribution, with the secret that it should use.
        case proven
        /// Nothing proves it, and the plan says in words that a soak stands in for proof.
        case assumed
        /// It was seen with the other secret.
        case onOther = "on-other-secret"
        /// Nothing can be concluded.
        case unknown
    }
    /// The consumer.
    public let consumer: String
    /// How it is known.
    public let source: EvidenceClass
    /// What was concluded.
    public let verdict: Verdict
    /// Why, in words.
    public let detail: String
    /// When that was seen, on the clock of whoever saw it.
    public let reportedAt: Instant?
    /// When we looked.
    public let takenAt: Instant
    /// Whether there was nothing to conclude from, since who tells of the consumer was away.
    ///
    /// Of this look only: the journal doesn't keep it.
    var isUnseen = false

    /// Evidence.
    public init(
        consumer: String, source: EvidenceClass, verdict: Verdict, detail: String,
        reportedAt: Instant?, takenAt: Instant
    ) {
        self.consumer = consumer
        self.source = source
        self.verdict = verdict
        self.detail = detail
        self.reportedAt = reportedAt
        self.takenAt = takenAt
    }
}

extension Evidence {
    /// What it is worth: what stands in for proof is none, however it was seen.
    public var grade: EvidenceGrade { verdict == .assumed ? max(source.grade, .c) : source.grade }

    /// Whether it lets the old secret go.
    public var finding: GuardFinding {
        switch verdict {
        case .proven, .assumed: .passes
        case .onOther: .fails(detail)
        case .unknown: isUnseen ? .unseen(detail) : .unknown(detail)
        }
    }
}

extension [Evidence] {
    /// That of the weakest consumer; where none is known, the least.
    public var grade: EvidenceGrade { map(\.grade).max() ?? .d }

    /// What keeps the old secret in force; nil where nothing does.
    ///
    /// What was seen weighs more than what nobody could see.
    var lacking: Evidence? {
        let lacking = filter { !$0.finding.isPassed }
        return lacking.first { !$0.isUnseen } ?? lacking.first
    }
}
