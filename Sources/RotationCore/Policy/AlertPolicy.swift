/// What the journal and a run tell of everything that can be the matter.
public struct AlertFacts: Sendable {
    /// Rotations that are held or wait for something.
    public var rotations: [Rotation]
    /// Clients whose rotation should have begun, and when.
    public var overdue: [(client: ClientName, since: Instant)]
    /// What was unusual about clients; of stragglers only those who are taken to be there still.
    public var notices: [Notice]
    /// Rotations under way that some of those stragglers are of.
    public var watched: [Rotation]
    /// What was found and worded elsewhere: plan files, the run itself.
    public var said: [Alert]
    /// Of which kinds nothing is known.
    public var unseen: Set<AlertKind>
    /// Rotations under way that the run didn't look at.
    public var undriven: Set<RotationID> = []

    /// Facts.
    public init(
        rotations: [Rotation] = [], overdue: [(client: ClientName, since: Instant)] = [],
        notices: [Notice] = [], watched: [Rotation] = [], said: [Alert] = [],
        unseen: Set<AlertKind> = []
    ) {
        self.rotations = rotations
        self.overdue = overdue
        self.notices = notices
        self.watched = watched
        self.said = said
        self.unseen = unseen
    }
}

/// How the commands put things, lent to the policy so that there is one wording.
public struct AlertWording: Sendable {
    /// Where a rotation leaves everybody.
    public var standing: @Sendable (Rotation) -> String
    /// What can be typed about it.
    public var commands: @Sendable (Rotation) -> [String]

    /// A wording.
    public init(
        standing: @escaping @Sendable (Rotation) -> String,
        commands: @escaping @Sendable (Rotation) -> [String]
    ) {
        self.standing = standing
        self.commands = commands
    }
}

/// Which facts are alerts.
public struct AlertPolicy: Sendable {
    private typealias Source = @Sendable (Self, AlertFacts, Instant) -> [Alert]

    private let rules: AlertRules
    let wording: AlertWording

    /// A policy.
    public init(_ rules: AlertRules, wording: AlertWording) {
        self.rules = rules
        self.wording = wording
    }

    /// Where alerts come from: one line for each kind of fact.
    private static let sources: [Source] = [
        { $0.ofRotations($1, at: $2) }, { $0.ofClients($1, at: $2) },
        { $0.ofNotices($1, at: $2) }, { _, facts, _ in facts.said },
    ]

    /// Everything that is the matter at `now`.
    ///
    /// What two sources tell of is one alert, in the words of the first.
    public func sighting(of facts: AlertFacts, at now: Instant) -> AlertSighting {
        var seen: Set<AlertLedger.Key> = []
        let alerts = Self.sources.flatMap { $0(self, facts, now) }
            .filter { seen.insert(AlertLedger.Key($0)).inserted }
        let obscured = facts.rotations.filter { kind(of: $0, at: now)?.oftenPasses ?? false }
        return AlertSighting(
            alerts, unseen: facts.unseen, undriven: facts.undriven,
            obscured: Dictionary(obscured.map { ($0.id, $0.body.phaseSince) }) { one, _ in one })
    }

    private func ofRotations(_ facts: AlertFacts, at now: Instant) -> [Alert] {
        facts.rotations.compactMap { rotation in
            kind(of: rotation, at: now).map { alert($0, of: rotation) }
        }
    }

    /// A rotation has one alert at a time, of the gravest kind that fits.
    private func kind(of rotation: Rotation, at now: Instant) -> AlertKind? {
        guard let phase = rotation.state.phase else { return nil }
        switch (rotation.state, rotation.reason) {
        case (_, .oldSecretStillAccepted): return .oldSecretInUse
        case (_, .consumerOnOldSecret):
            return rotation.body.revokedAt == nil ? .oldSecretNeeded : .oldSecretInUse
        case (.held, .byOperator): return .heldByOperator
        case (.held, _): return .rotationHeld
        // These stand still like a held one, and `run` leaves with the same exit code.
        case (_, .planChanged), (_, .planMissing): return .rotationHeld
        case (_, .unauthorized): return .adminRefused
        case (_, .serverUnavailable), (_, .storeUnavailable), (_, .hookFailed): return .targetAway
        case (_, .diskNearlyFull): return .diskNearlyFull
        default:
            let patience = rules.after + rotation.planned(for: phase)
            if now.since(rotation.body.phaseSince) >= patience { return .rotationWaiting }
            return rotation.reason == .approval ? .approvalNeeded : nil
        }
    }

    private func alert(_ kind: AlertKind, of rotation: Rotation) -> Alert {
        let client = rotation.client.rawValue
        let code = rotation.reason?.rawValue ?? rotation.state.phase?.rawValue ?? ""
        let phase = rotation.state.phase?.rawValue ?? ""
        let what =
            switch kind {
            case .rotationHeld: "the rotation stands still in \(phase) until a person decides"
            case .heldByOperator: "the rotation is held in \(phase), as somebody asked"
            case .approvalNeeded: "the rotation waits for approval before anything is revoked"
            case .oldSecretInUse where rotation.isOldDisabledOnly:
                "the old secret is disabled and is still in use"
            case .oldSecretInUse: "the old secret was revoked and is still in use"
            case .oldSecretNeeded: "somebody still uses the old secret, so it isn't revoked"
            case .adminRefused: "an admin credential is refused"
            case .targetAway: "a server, a store or a hook is away"
            case .diskNearlyFull: "the disk is nearly full"
            default: "the rotation waits in \(phase) for longer than it should"
            }
        let isLong = kind == .rotationWaiting
        return Alert(
            kind, about: rotation.id.rawValue, client: rotation.client, rotation: rotation.id,
            code: code, title: "\(safeText(client)): \(what)",
            detail: safeText(rotation.detail ?? code, limit: 600),
            standing: wording.standing(rotation),
            next: (["holdover explain \(client)"] + wording.commands(rotation))
                .joined(separator: "; "),
            since: isLong ? rotation.body.phaseSince : rotation.body.waitingSince)
    }

    private func ofClients(_ facts: AlertFacts, at now: Instant) -> [Alert] {
        facts.overdue.filter { now.since($0.since) >= rules.after }.map { client, since in
            let name = client.rawValue
            return Alert(
                .clientOverdue, about: name, client: client, code: "overdue",
                title: "\(safeText(name)): its rotation should have begun and hasn't",
                detail: "no run has started it; is `holdover run` called inside of its window?",
                standing: "its secret is in force and gets older",
                next: "holdover check \(name); holdover start \(name)", since: since)
        }
    }
}

extension Rotation {
    /// Whether the old secret can still be put back.
    var isOldDisabledOnly: Bool { body.revokedAt != nil && !body.isDeleteSent }

    /// How long it stays in a phase because its plan says so.
    fileprivate func planned(for phase: Phase) -> Span {
        switch phase {
        case .overlap: plan.overlap
        case .watch: plan.watch
        case .adopt, .ready, .readopt: plan.soak ?? .zero
        case .delete where !body.isDeleteSent: plan.keepDisabled ?? .zero
        default: .zero
        }
    }
}

extension Span {
    fileprivate static func + (one: Span, other: Span) -> Span {
        let (sum, isOver) = one.milliseconds.addingReportingOverflow(other.milliseconds)
        return Span(milliseconds: isOver ? .max : sum)
    }
}
