/// What must hold, seen live and at most a minute old, before the old secret is refused or deleted.
///
/// Each guard has a stable name; `explain` and the audit print them all, passed or not.
public enum RevokeGuard: String, Sendable, Hashable, Codable, CaseIterable {
    /// The token endpoint accepts the new secret.
    case newAccepted = "new-accepted"
    /// Every store reads back the new secret.
    case storesHoldNew = "stores-hold-new"
    /// Every consumer is proven on the new secret, or the plan's soak is over.
    case consumersProven = "consumers-proven"
    /// Where the server tells: nobody was seen with the old secret since every consumer was proven,
    /// or not for as long as the overlap.
    case oldUnused = "old-unused"
    /// The server lists the recorded old id and the recorded new id, and they differ.
    case idsAgree = "ids-agree"
    /// The minimum overlap is over, on the wall clock and on the boot clock.
    case overlapOver = "overlap-over"
    /// The plan file is the one that the rotation started with, or a person decided.
    case planUnchanged = "plan-unchanged"
    /// Nobody asked to hold.
    case notHeld = "not-held"
    /// A person approved, where the plan asks for it.
    case approved = "approved"
}

/// What a look at one guard came to.
///
/// Anything but `passes` keeps the old secret alive.
public enum GuardFinding: Sendable, Hashable {
    /// It holds.
    case passes
    /// It doesn't, for a reason.
    case fails(String)
    /// It can't be told. Never taken for a pass.
    case unknown(String)
    /// Nobody could look: who would tell is away, so that what was seen before may still be so.
    /// Never taken for a pass.
    case unseen(String)

    /// Whether it holds.
    public var isPassed: Bool { self == .passes }
}

/// The findings of one evaluation, in the order of the guards.
public struct GuardReport: Sendable, Hashable {
    /// One finding a guard.
    public let findings: [RevokeGuard: GuardFinding]
    /// What the evidence of the weakest consumer is worth.
    public let grade: EvidenceGrade

    /// A report.
    ///
    /// A guard without a finding counts as unknown.
    public init(_ findings: [RevokeGuard: GuardFinding], grade: EvidenceGrade = .d) {
        self.findings = findings
        self.grade = grade
    }

    /// What was found for `guardName`.
    public subscript(guardName: RevokeGuard) -> GuardFinding {
        findings[guardName] ?? .unknown("not looked at")
    }

    /// Whether the old secret may be touched.
    public var permits: Bool { RevokeGuard.allCases.allSatisfy { self[$0].isPassed } }

    /// The guards that don't hold, in order.
    public var blocking: [RevokeGuard] { RevokeGuard.allCases.filter { !self[$0].isPassed } }
}
