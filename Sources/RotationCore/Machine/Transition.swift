/// The state after an event.
///
/// Pure: no clock, no randomness, no I/O.
///
///     stage → announce → ready
///       ↑________|________|  ↓
///     create → accept → write → reload → adopt → overlap → disable → delete → prove → watch
///                 │        ↑________________│________│         │        │               ↓
///                 │        │ drifted                     reinstate ←────┘ drifted     close
///                 ↓        ↓                                   ↓         unproven (completed)
///              withdraw ← readopt ← recall ← restore ← enable ←┘ turned back
///             (abandoned)
///
/// The engine commits the returned state before it runs the state's effect, so a crash between the
/// two repeats the effect and never skips it.
public func transition(_ state: RotationState, on event: RotationEvent)
    throws(InvalidTransition) -> RotationState
{
    switch (state, event) {
    case (.running(let phase), .stopped), (.held(let phase), .stopped): return .held(phase)
    case (.held(let phase), .resumed): return .running(phase)
    case (.running(let phase), .done): return phase.successor
    case (.running(let phase), .drifted):
        if let next = phase.afterDrift { return .running(next) }
    case (.running(let phase), .unproven):
        if let next = phase.afterLostEvidence { return .running(next) }
    case (.running(let phase), .turnedBack), (.held(let phase), .turnedBack):
        if let next = phase.wayBack { return .running(next) }
    case (.running(let phase), .turnedForward), (.held(let phase), .turnedForward):
        if let next = phase.wayForward { return .running(next) }
    // States and events by name, so that a new one doesn't compile until it has its rows.
    case (.running, .resumed), (.held, .done), (.held, .drifted), (.held, .unproven): break
    case (.completed, _), (.abandoned, _): break
    }
    throw InvalidTransition(state: state, event: event)
}

extension Phase {
    /// Where the phase leads when its effect is done.
    var successor: RotationState {
        switch self {
        case .stage: .running(.announce)
        case .announce: .running(.ready)
        case .ready: .running(.create)
        case .create: .running(.accept)
        case .accept: .running(.write)
        case .write: .running(.reload)
        case .reload: .running(.adopt)
        case .adopt: .running(.overlap)
        case .overlap: .running(.disable)
        case .disable: .running(.delete)
        case .delete: .running(.prove)
        case .prove: .running(.watch)
        case .watch: .running(.close)
        case .close: .completed
        case .reinstate: .running(.write)
        case .enable: .running(.restore)
        case .restore: .running(.recall)
        case .recall: .running(.readopt)
        case .readopt: .running(.withdraw)
        case .withdraw: .abandoned
        }
    }

    /// Where to go when a store no longer holds what was written; nil where nothing was.
    var afterDrift: Phase? {
        switch self {
        // A candidate is staged again, for as long as nothing was sent to the server.
        case .announce, .ready, .create: .stage
        case .reload, .adopt, .overlap: .write
        // The old secret may be disabled while a store serves it again: that comes first.
        case .disable, .delete: .reinstate
        // The old secret is gone. A store that serves it must get the new one at once.
        case .prove, .watch, .close: .write
        case .recall, .readopt, .withdraw: .restore
        case .stage, .accept, .write, .reinstate, .enable, .restore: nil
        }
    }

    /// Where to go when a consumer is no longer proven; nil where nothing rests on it.
    var afterLostEvidence: Phase? {
        switch self {
        case .create: .ready
        case .overlap: .adopt
        case .disable, .delete: .reinstate
        case .withdraw: .readopt
        case .stage, .announce, .ready, .accept, .write, .reload, .adopt, .prove, .watch, .close,
            .reinstate,
            .enable, .restore, .recall, .readopt:
            nil
        }
    }

    /// Where a rollback begins; nil where it is too late or already under way.
    ///
    /// From `delete`, only for as long as no deletion was sent: see ``Rotation/rollbackRefusal``.
    var wayBack: Phase? {
        switch self {
        case .stage, .announce, .ready, .create, .accept: .withdraw
        case .write, .reload, .adopt, .overlap: .restore
        case .disable, .delete, .reinstate: .enable
        case .prove, .watch, .close, .enable, .restore, .recall, .readopt, .withdraw: nil
        }
    }

    /// Where a rollback turns forward again.
    ///
    /// From `withdraw`, only where the server withdraws nothing: see ``Rotation/forwardRefusal``.
    /// The new secret is proven to be accepted once more.
    var wayForward: Phase? {
        switch self {
        case .enable: .reinstate
        case .restore, .recall, .readopt: .write
        case .withdraw: .accept
        case .stage, .announce, .ready, .create, .accept, .write, .reload, .adopt, .overlap,
            .disable, .delete, .prove, .watch, .close, .reinstate:
            nil
        }
    }
}
