/// What goes wrong at one call of a port.
public enum Fault: String, Sendable, Hashable, CaseIterable {
    /// The process dies before the effect.
    case crashBefore
    /// The process dies after the effect.
    case crashAfter
    /// The effect happens and nobody hears of it.
    case answerLost
    /// Nothing happens, and the target says that it never will.
    case refused
    /// Nothing happens; it may work later.
    case unavailable
}

/// A call of a port, as it is counted.
public enum Call: String, Sendable, Hashable {
    case identity, preflight, credentials, create, disable, enable, delete, authenticate
    case read, write, reload, report
}
