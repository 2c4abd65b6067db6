/// Where a rotation is.
///
/// Every running state has exactly one outstanding ``effect``, derived from the
/// state and from nothing else, so recovery is not a second code path.
///
/// No state carries a secret or an id: those are in the journal's record of the rotation.
public enum RotationState: Sendable, Hashable {
    /// The phase's effect is outstanding.
    case running(Phase)
    /// Safe, both secrets as they were; a person must say how to go on with the phase.
    case held(Phase)
    /// The new secret is in force everywhere and the old one is proven dead. Nothing of ours is
    /// left.
    case completed
    /// The old secret is in force everywhere and nothing of ours is left.
    case abandoned

    /// The one thing to do next; nil where nothing is.
    public var effect: RotationEffect? {
        switch self {
        case .running(let phase): phase.effect
        case .held, .completed, .abandoned: nil
        }
    }

    /// The phase, until the rotation is over.
    public var phase: Phase? {
        switch self {
        case .running(let phase), .held(let phase): phase
        case .completed, .abandoned: nil
        }
    }

    /// Whether the rotation is over.
    public var isEnded: Bool {
        switch self {
        case .running, .held: false
        case .completed, .abandoned: true
        }
    }
}

/// What to do to the world.
///
/// All of these may be repeated: each looks before it acts, and `create`
/// looks hardest.
public enum RotationEffect: Sendable, Hashable {
    /// Make the new secret and put it into every store, as a candidate beside the one in force.
    case stage
    /// Collect evidence that every consumer holds the candidate.
    case collectReadiness
    /// Mint a second secret beside the old one, and know its value before anything else happens.
    case create
    /// Ask the token endpoint until it agrees that the secret is accepted.
    case proveAccepted(SecretRole)
    /// Put the secret into every store and read it back.
    case distribute(SecretRole)
    /// Run the reload hooks.
    case reload
    /// Collect evidence that every consumer uses the secret.
    case collectEvidence(SecretRole)
    /// Wait until the minimum overlap is over and approval is given.
    case waitOut
    /// Soft-disable the old secret.
    case disable
    /// Make the server accept the old secret again.
    case enable
    /// Delete the secret by its exact id.
    case delete(SecretRole)
    /// Ask the token endpoint until it agrees that the old secret is refused.
    case proveRefused
    /// Look for anyone still presenting the old secret.
    case watch
    /// Sweep what is ours and shred what is sealed.
    case close
}

extension Phase {
    /// The phase's one effect.
    public var effect: RotationEffect {
        switch self {
        case .stage: .stage
        case .announce: .reload
        case .ready: .collectReadiness
        case .create: .create
        case .accept: .proveAccepted(.new)
        case .write: .distribute(.new)
        case .reload: .reload
        case .adopt: .collectEvidence(.new)
        case .overlap: .waitOut
        case .disable: .disable
        case .delete: .delete(.old)
        case .prove: .proveRefused
        case .watch: .watch
        case .close: .close
        case .reinstate, .enable: .enable
        case .restore: .distribute(.old)
        case .recall: .reload
        case .readopt: .collectEvidence(.old)
        case .withdraw: .delete(.new)
        }
    }
}
