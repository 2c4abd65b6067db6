/// Something that a person should hear of, as long as it lasts.
///
/// Never holds a secret: it goes to chats and mailboxes.
public struct Alert: Sendable, Hashable, Codable {
    /// What is the matter.
    public var kind: AlertKind
    /// What it is about, such as a client's name, a rotation's id or a plan file.
    ///
    /// With the kind it names the alert, so that one lasting trouble is one alert.
    public var subject: String
    /// The client that it concerns; nil where it concerns all.
    public var client: ClientName?
    /// The rotation that it concerns, if any.
    public var rotation: RotationID?
    /// A stable code that says more than the kind: a rotation's reason, a problem's code.
    public var code: String
    /// One line without particulars: `billing-api: the rotation is held`.
    public var title: String
    /// What exactly, in the words of whoever found it.
    public var detail: String
    /// Where that leaves everybody: `both secrets are accepted`.
    public var standing: String
    /// What to type next.
    public var next: String
    /// Since when it is so.
    public var since: Instant
    /// When the latest of those that it tells of first appeared, on the server's clock; nil where
    /// another one is no news.
    public var latestAt: Instant?
    /// When another one was found behind the first; nil where none was.
    public var grownAt: Instant?

    /// An alert.
    public init(
        _ kind: AlertKind, about subject: String, client: ClientName? = nil,
        rotation: RotationID? = nil, code: String, title: String, detail: String,
        standing: String, next: String, since: Instant
    ) {
        self.kind = kind
        self.subject = subject
        self.client = client
        self.rotation = rotation
        self.code = code
        self.title = title
        self.detail = detail
        self.standing = standing
        self.next = next
        self.since = since
    }

    /// How grave it is.
    public var severity: AlertSeverity { kind.severity }
}

extension Alert {
    /// Many alerts as one, for people: how many, and the gravest of them by their titles.
    public init(digestOf all: [(event: AlertEvent, alert: Alert)]) {
        let over = all.count { $0.event == .resolved }
        let lasting = all.filter { $0.event != .resolved }.map(\.alert)
        let shown = (lasting.isEmpty ? all.map(\.alert) : lasting).sorted {
            ($1.severity, $0.since.milliseconds) < ($0.severity, $1.since.milliseconds)
        }
        let titles = shown.prefix(20).map { safeText($0.title, limit: 80) }
        let more = shown.count > titles.count ? "; and \(shown.count - titles.count) more" : ""
        self.init(
            shown.first?.kind ?? .test, about: "\(all.count) alerts", code: "digest",
            title: "holdover: \(lasting.count) alerts, and \(over) that are over",
            detail: titles.joined(separator: "; ") + more,
            standing: "each is by itself in `holdover alerts`", next: "holdover alerts",
            since: shown.map(\.since).min() ?? Instant(milliseconds: 0))
    }
}

/// What can be the matter; stable codes, which receivers route by.
public enum AlertKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A rotation stands still until a person decides.
    case rotationHeld = "rotation-held"
    /// The same, and a person asked for it.
    case heldByOperator = "held-by-operator"
    /// A rotation waits for a person's approval.
    case approvalNeeded = "approval-needed"
    /// A rotation waits in one phase longer than it should.
    case rotationWaiting = "rotation-waiting"
    /// A rotation should have begun and hasn't.
    case clientOverdue = "client-overdue"
    /// The old secret is disabled or revoked, and somebody still presents it or the server still
    /// accepts it.
    case oldSecretInUse = "old-secret-in-use"
    /// Everybody whom the plan names is on the new secret, and somebody else keeps the old one from
    /// being revoked.
    case oldSecretNeeded = "old-secret-needed"
    /// Somebody who presents a client's id is refused many times in a short time.
    case failureBurst = "failure-burst"
    /// Somebody fetches tokens far more often than they last.
    case tokenStorm = "token-storm"
    /// A client's tokens are fetched from an address that it never came from before.
    case newAddress = "new-address"
    /// A plan file can't be read.
    case planWrong = "plan-wrong"
    /// An admin credential was refused.
    case adminRefused = "admin-refused"
    /// A server, a store or a hook is away.
    case targetAway = "target-away"
    /// There is too little room on the disk to create a secret.
    case diskNearlyFull = "disk-nearly-full"
    /// Nothing is done with the journal until a person decides.
    case journalFrozen = "journal-frozen"
    /// A run ended before it had done what it could.
    case runFailed = "run-failed"
    /// Somebody typed `holdover alerts test`.
    case test

    /// How grave it is; the same for all of a kind, since receivers take another for another alert.
    public var severity: AlertSeverity {
        switch self {
        case .heldByOperator, .approvalNeeded, .tokenStorm, .test: .info
        case .rotationHeld, .rotationWaiting, .clientOverdue, .oldSecretNeeded, .failureBurst,
            .newAddress, .planWrong, .adminRefused, .targetAway, .diskNearlyFull:
            .warning
        case .oldSecretInUse, .journalFrozen, .runFailed: .critical
        }
    }

    /// Whether it often mends itself, so that several runs in a row must see it before it counts.
    public var oftenPasses: Bool {
        switch self {
        case .adminRefused, .targetAway, .diskNearlyFull: true
        case .rotationHeld, .heldByOperator, .approvalNeeded, .rotationWaiting, .clientOverdue,
            .oldSecretInUse, .oldSecretNeeded, .failureBurst, .tokenStorm, .newAddress, .planWrong,
            .journalFrozen, .runFailed, .test:
            false
        }
    }
}

/// How grave an alert is, from the least.
public enum AlertSeverity: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Good to know.
    case info
    /// Nothing is broken, and nothing goes on without a person.
    case warning
    /// Somebody is locked out, may be soon, or nobody would hear of it.
    case critical

    /// Less grave comes first.
    public static func < (one: Self, other: Self) -> Bool { one.rank < other.rank }

    private var rank: Int {
        switch self {
        case .info: 0
        case .warning: 1
        case .critical: 2
        }
    }
}
