/// Everything that is known of one rotation, but for the secrets themselves.
public struct Rotation: Sendable, Hashable {
    /// Sorts by start.
    public let id: RotationID
    /// Whose secret turns.
    public let client: ClientName
    /// The plan that it started with; an edited file doesn't change it.
    public var plan: Plan
    /// The digest of that plan.
    public var planDigest: String
    /// When it started.
    public let startedAt: Instant
    /// Where it is.
    public var state: RotationState
    /// Why it isn't moving, or why it went back.
    public var reason: Reason?
    /// The reason's particulars, for people; never a secret.
    public var detail: String?
    /// The earliest next attempt.
    public var nextAt: Instant
    /// When it was over.
    public var endedAt: Instant?
    /// The recorded id of the old secret.
    public var oldCredential: CredentialID?
    /// The recorded id of the new secret.
    public var newCredential: CredentialID?
    /// The rest, kept as one document.
    public var body: RotationBody

    /// A rotation at its beginning.
    public init(
        id: RotationID, client: ClientName, plan: Plan, planDigest: String, startedAt: Instant,
        trigger: String
    ) {
        self.id = id
        self.client = client
        self.plan = plan
        self.planDigest = planDigest
        self.state = .running(plan.strategy == .preStage ? .stage : .create)
        self.startedAt = startedAt
        self.nextAt = startedAt
        self.body = RotationBody(trigger: trigger, phaseSince: startedAt, waitingSince: startedAt)
    }
}

/// The particulars of a rotation that no query needs.
public struct RotationBody: Sendable, Hashable, Codable {
    /// Who or what started it, in words: `by hand: leaked on a laptop`, `schedule`.
    public var trigger: String
    /// When the present phase began.
    public var phaseSince: Instant
    /// Since when it waits for the present reason.
    public var waitingSince: Instant
    /// Failed attempts in a row in the present phase.
    public var attempt = 0
    /// Answers that agreed, in a row, in the present phase.
    public var agreed = 0
    /// When the first of those was given.
    public var agreedSince: Instant?
    /// Ids that the server listed before the creation.
    public var baseline: [CredentialID] = []
    /// How many creations were sent; part of the label.
    public var creations = 0
    /// Whether a creation was sent of which nobody knows what it came to.
    public var isCreationOpen = false
    /// Whether the server was seen once without a trace of that creation.
    public var isCreationUnseen = false
    /// Until when that creation may still come through: no look before then decides.
    public var creationSettlesAt: Instant?
    /// When a store was last written, in the present direction.
    public var distributedAt: Instant? { didSet { soakSinceBoot = nil } }
    /// Since when the soak is waited for on the boot clock: that moment, or the first look behind a
    /// reboot.
    public var soakSinceBoot: BootReading?
    /// When the last consumer was proven, and so the overlap began.
    public var overlapSince: Instant?
    /// The same moment on the boot clock.
    public var overlapSinceBoot: BootReading?
    /// How often a store was found changed back.
    public var drifts = 0
    /// Whether a deletion of the old secret was ever sent.
    ///
    /// From then on there is no way back.
    public var isDeleteSent = false
    /// Whether a deletion of the new secret was ever sent; nil where not.
    ///
    /// From then on there is no way forward.
    public var isWithdrawalSent: Bool?
    /// Who approved, and when and why, in words.
    public var approval: String?
    /// The digest of an edited plan file that a person decided to ignore for this rotation.
    public var acknowledgedDigest: String?
    /// What each target said it is, when first asked.
    public var identities: [String: TargetIdentity] = [:]
    /// What was done to stores that show no value, by their names; nil where there are none.
    public var marks: [String: StoreMark]?
    /// Hooks that have succeeded in the present phase.
    public var hooksDone: [String] = []
    /// Why the rotation goes back, in words.
    public var rollbackReason: String?
    /// Secrets of ours whose value was lost and that the server wouldn't delete; nil where none.
    public var leftBehind: [CredentialID]?
    /// Since when the old secret is to be refused; nil while it is accepted.
    public var revokedAt: Instant?
    /// How long the server's tokens are good, as it said last; nil where it hasn't.
    public var tokenLifetime: Span?
    /// When the old secret was presented by us since then, where the server tells of requests.
    public var probedAt: [Instant]?
    /// How far the server's log of requests could be read; nil where it wasn't looked at.
    public var sight: EventSight?
    /// Whether the watch ended at its limit, while somebody still presented the old secret; nil
    /// where not.
    public var isWatchCutShort: Bool?
    /// Whether no address of the client was known when its log was first looked at, so that none is
    /// told of as new; nil where not.
    public var learnsAddresses: Bool?

    /// The particulars at the beginning.
    public init(trigger: String, phaseSince: Instant, waitingSince: Instant) {
        self.trigger = trigger
        self.phaseSince = phaseSince
        self.waitingSince = waitingSince
    }
}

extension Rotation {
    /// What the label of the present creation is, where the server keeps labels.
    public var label: String { "holdover/\(id.rawValue)/\(body.creations)" }

    /// Whether a rollback is under way.
    public var isGoingBack: Bool { state.phase?.step == .rollback }

    /// Why a rollback can't be had any more; nil where it can.
    public var rollbackRefusal: String? {
        if body.isDeleteSent {
            return "the deletion of the old secret was sent, so there is nothing to go back to"
        }
        guard let phase = state.phase else { return "the rotation is over" }
        return phase.wayBack == nil ? "the rotation is in \(phase.rawValue)" : nil
    }

    /// Why a rotation that goes back can't go forward again; nil where it can.
    public var forwardRefusal: String? {
        guard let phase = state.phase else { return "the rotation is over" }
        guard phase.wayForward != nil else { return "the rotation is in \(phase.rawValue)" }
        // A server that can't withdraw has deleted nothing. At any other the secret may be gone.
        guard
            reason == .cannotWithdraw
                || phase != .withdraw && !(body.isWithdrawalSent ?? false)
        else {
            return "the new secret is being withdrawn, so there is nothing to go forward to"
        }
        return nil
    }

    /// Moves to the state that `event` leads to, and begins its phase at `moment`.
    public mutating func apply(_ event: RotationEvent, at moment: Instant)
        throws(InvalidTransition)
    {
        let next = try transition(state, on: event)
        if next.phase != state.phase { beginPhase(at: moment) }
        switch event {
        case .turnedBack, .turnedForward: body.distributedAt = nil
        case .drifted: body.drifts += 1
        case .done, .unproven, .stopped, .resumed: break
        }
        state = next
        nextAt = moment
        reason = nil
        detail = nil
        if next.isEnded { endedAt = moment }
    }

    /// Notes why the rotation isn't moving, keeping the time since which that is so.
    public mutating func wait(
        for why: Reason, detail particulars: String?, until moment: Instant, now: Instant
    ) {
        if reason != why { body.waitingSince = now }
        reason = why
        detail = particulars
        nextAt = moment
    }

    private mutating func beginPhase(at moment: Instant) {
        body.phaseSince = moment
        body.waitingSince = moment
        body.attempt = 0
        body.agreed = 0
        body.agreedSince = nil
        body.hooksDone = []
    }
}
