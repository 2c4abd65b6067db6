/// A step of the five that people know.
public enum Step: String, Sendable, Hashable, Codable, CaseIterable {
    case generate, distribute, verify, revoke, monitor
    /// Undoing: the way back, for as long as the old secret has not been deleted.
    case rollback
}

/// One durable state of a rotation with exactly one outstanding effect.
///
/// The comment on each case says what is true while a rotation is in it, and what may be.
public enum Phase: String, Sendable, Hashable, Codable, CaseIterable {
    /// The old secret is in force, and the new one is nowhere but in the journal and, as a
    /// candidate, in any number of stores.
    case stage
    /// Every store holds the new one as a candidate. Hooks may have run.
    case announce
    /// Consumers have been told. Any number of them hold the candidate.
    case ready
    /// The old secret is in force. A second one may exist at the server; nobody has seen it, or
    /// every consumer holds it as a candidate.
    case create
    /// Both exist. The new one is sealed in the journal; the server may not accept it yet.
    case accept
    /// The server accepts both. Any number of stores hold the new one.
    case write
    /// Every store holds the new one. Hooks may have run.
    case reload
    /// Consumers have been told. Any number of them use the new one.
    case adopt
    /// Every consumer was seen to use the new one. Both are still accepted.
    case overlap
    /// The old secret may be refused already; undo is possible.
    case disable
    /// The old secret may be gone for good.
    case delete
    /// The server no longer lists the old secret. It may still accept it for a while.
    case prove
    /// The old secret was refused. Somebody may still present it.
    case watch
    /// Nothing is left to do but to sweep and to shred.
    case close

    /// The old secret may be disabled though a consumer needs it; the way forward goes on after.
    case reinstate
    /// The old secret may be disabled; the way back goes on after.
    case enable
    /// The server accepts both. Any number of stores hold the old one again.
    case restore
    /// Every store holds the old one. Hooks may have run.
    case recall
    /// Consumers have been told. Any number of them are back on the old one.
    case readopt
    /// No consumer uses the new secret. It may still exist.
    case withdraw

    /// The step that people know.
    public var step: Step {
        switch self {
        case .stage, .announce, .ready, .create, .accept: .generate
        case .write, .reload: .distribute
        case .adopt, .overlap: .verify
        case .disable, .delete, .prove, .reinstate: .revoke
        case .watch, .close: .monitor
        case .enable, .restore, .recall, .readopt, .withdraw: .rollback
        }
    }
}
