public import RotationCore

/// What one transaction writes for one rotation.
///
/// All of it is kept, or none.
struct JournalEntry: Sendable {
    /// The rotation as it is from now on.
    var rotation: Rotation?
    /// An intent: committed before the effect is tried.
    var opened: Operation?
    /// Outcomes of intents.
    var closed: [ClosedOperation] = []
    /// Secrets, sealed.
    var sealed: [SealedRecord] = []
    /// Whether the rotation's sealed secrets are shredded.
    var shreds = false
    /// What consumers were seen to use.
    var evidence: [Evidence] = []
    /// What people should know of the client.
    var notices: [Notice] = []
    /// Addresses that tokens were fetched from, and when last.
    var addresses: [String: Instant] = [:]
    /// What is said about it for ever.
    var audit: [AuditEvent] = []
    /// Requests that this transaction answers.
    var answered: [Int64] = []
    /// Whether the transaction is refused while a request is open: for what can't be undone.
    var yieldsToRequests = false
    /// Whether it holds a secret that only this process knows: the ballast is spent on it.
    var isPrecious = false
    /// The client's next due moment, where this ends a rotation.
    var nextDue: NextDue?
}

/// The outcome of an intent.
struct ClosedOperation: Sendable, Hashable {
    let number: Int64
    let outcome: Operation.Outcome
    var detail: String?
}

/// A sealed secret and its row.
struct SealedRecord: Sendable, Hashable {
    let role: SecretRole
    let record: [UInt8]
}

/// When a client is due again.
struct NextDue: Sendable, Hashable {
    let client: ClientName
    let at: Instant?
    let completedAt: Instant?
}

/// A line of the audit before it has a number and a hash.
public struct AuditEvent: Sendable, Hashable {
    /// What happened: `rotation-started`, `create-sent`, `phase-done`.
    public let event: String
    /// Particulars.
    ///
    /// Never a secret.
    public let facts: [String: String]

    /// A line.
    public init(_ event: String, _ facts: [String: String] = [:]) {
        self.event = event
        self.facts = facts
    }
}

/// What a person asked of a rotation while a run may have it.
public struct Request: Sendable, Hashable {
    /// What was asked.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case hold, resume, approve, retry, rollback, forward
        case keepPlan = "keep-plan"
        case acceptPlan = "accept-plan"
    }
    /// The journal's number.
    public let number: Int64
    /// The rotation.
    public let rotation: RotationID
    /// What was asked.
    public let kind: Kind
    /// Who and why, in words; for `accept-plan`, the digest of the plan.
    public let words: String
    /// When.
    public let madeAt: Instant

    /// A request.
    public init(
        number: Int64 = 0, rotation: RotationID, kind: Kind, words: String, madeAt: Instant
    ) {
        self.number = number
        self.rotation = rotation
        self.kind = kind
        self.words = words
        self.madeAt = madeAt
    }
}

/// What a transaction gave back.
struct JournalReceipt: Sendable {
    /// The number of the opened operation.
    var operation: Int64?
    /// Requests that nobody has answered yet.
    var requests: [Request] = []
}
