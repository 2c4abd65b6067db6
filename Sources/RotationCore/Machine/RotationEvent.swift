/// What happened to a rotation.
///
/// A failed attempt is no event: the engine counts it, waits and tries again in the same state.
public enum RotationEvent: String, Sendable, Hashable, CaseIterable {
    /// The phase's effect did what it is for, and was seen to.
    case done
    /// A store no longer holds what the rotation wrote there.
    case drifted
    /// A consumer is no longer proven to use the secret that it should.
    case unproven
    /// The rotation goes back: a person asked for it, or the old secret was found dead at once.
    case turnedBack
    /// A rotation that was going back goes forward after all; a person asked for it.
    case turnedForward
    /// Something needs a person.
    case stopped
    /// A person said to go on.
    case resumed
}

/// An event that makes no sense in the state that it met.
///
/// Always a bug in holdover.
public struct InvalidTransition: Error, Sendable, Hashable {
    /// The state.
    public let state: RotationState
    /// The event.
    public let event: RotationEvent
}
