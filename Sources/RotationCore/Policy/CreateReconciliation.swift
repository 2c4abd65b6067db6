/// What to do about a creation whose answer is not known.
///
/// The world was asked first: `listed` is what the server shows now. A second creation is never the
/// way to find out. Source: the table of server classes in the protocol.
public enum CreateReconciliation: Sendable {
    /// It happened, and the value is known (or shown again): go on with this credential.
    case adopt(Credential)
    /// It is ours if the server accepts the value that we made: ask, then go on with it or wait.
    case adoptIfAccepted(Credential)
    /// It happened, and the value is lost: it was never distributed, so delete it and mint again.
    case deleteOrphan(CredentialID)
    /// It didn't happen.
    case createAgain
    /// It happened, the value is lost, and nothing else is accepted: put another in its place.
    case replaceLost
    /// Nothing can be concluded; the ids are for the person who must.
    case ambiguous([CredentialID])

    /// What the world knew before the creation was sent.
    public struct Question: Sendable {
        /// What the server can do.
        public var capabilities: ServerCapabilities
        /// Ids that were listed before.
        public var baseline: Set<CredentialID>
        /// The recorded id of the old secret.
        public var old: CredentialID
        /// Whether the new value is sealed already (the caller made it).
        public var knowsNewValue: Bool
        /// The label of the attempt.
        public var label: String
        /// How many creations were sent for this rotation, this one included.
        public var creations: Int
        /// Whether the plan says that nobody else creates secrets for this client.
        public var isExclusive: Bool

        /// A question.
        public init(
            capabilities: ServerCapabilities, baseline: Set<CredentialID>, old: CredentialID,
            knowsNewValue: Bool, label: String, creations: Int = 1,
            isExclusive: Bool
        ) {
            self.capabilities = capabilities
            self.baseline = baseline
            self.old = old
            self.knowsNewValue = knowsNewValue
            self.label = label
            self.creations = creations
            self.isExclusive = isExclusive
        }
    }

    /// The decision for `question`, given what the server lists now.
    public static func decide(_ question: Question, listed: [Credential]) -> Self {
        if let ours = listed.first(where: { $0.holds == .new }) { return .adopt(ours) }
        return switch question.capabilities.shape {
        case .twoSlots: decideSlots(question, listed)
        case .list: decideList(question, listed)
        case .single: decideSingle(question, listed)
        // Nobody uses the other registration, whatever its secret has become.
        case .pair: .createAgain
        }
    }

    /// One secret: if it isn't the old one any more, the creation happened.
    private static func decideSingle(_ question: Question, _ listed: [Credential]) -> Self {
        guard listed.count == 1, let only = listed.first else {
            return .ambiguous(listed.map(\.id))
        }
        if only.holds == .old { return .createAgain }
        guard question.capabilities.recognition == .value else { return .replaceLost }
        // It shows a value. Where ours is known, that is somebody else's.
        return question.knowsNewValue || only.secret == nil ? .ambiguous([only.id]) : .adopt(only)
    }

    /// Two slots: if the old secret left the slot that it was in, the creation happened.
    private static func decideSlots(_ question: Question, _ listed: [Credential]) -> Self {
        guard let slot = listed.first(where: { $0.id == question.old }) else {
            return .ambiguous(listed.map(\.id))
        }
        if slot.holds == .old {
            // Where slots can't be read, each lost creation may have pushed the old secret one
            // further back. The next one must not push it out.
            let isSafe =
                question.capabilities.recognition != .trial
                || question.creations < question.capabilities.limit - 1
            return isSafe ? .createAgain : .ambiguous([slot.id])
        }
        // Never rotate again: a second rotation would push the old secret out.
        return slot.secret == nil ? .ambiguous(listed.map(\.id)) : .adopt(slot)
    }

    private static func decideList(_ question: Question, _ listed: [Credential]) -> Self {
        let added = listed.filter { !question.baseline.contains($0.id) && $0.holds == nil }
        switch question.capabilities.recognition {
        case .value where question.knowsNewValue, .trial where question.knowsNewValue:
            // The value is sealed and no entry holds it. What others added is none of our business.
            return .createAgain
        case .label:
            guard let ours = added.first(where: { $0.label == question.label }) else {
                return .createAgain
            }
            return takeOver(ours)
        case .time where question.knowsNewValue:
            // A full list has no room for another that could hold an accepted value of ours.
            if added.isEmpty { return .createAgain }
            let isSole = question.isExclusive || listed.count >= question.capabilities.limit
            guard added.count == 1, isSole else { return .ambiguous(added.map(\.id)) }
            return .adoptIfAccepted(added[0])
        case .value, .time:
            if added.isEmpty { return .createAgain }
            guard added.count == 1, question.isExclusive else { return .ambiguous(added.map(\.id)) }
            return takeOver(added[0])
        case .trial, .none:
            return .ambiguous([])
        }
    }

    /// Where the server shows the value again, nothing is lost.
    private static func takeOver(_ ours: Credential) -> Self {
        ours.secret == nil ? .deleteOrphan(ours.id) : .adopt(ours)
    }
}
