/// What goes wrong at one call of a port.
public enum Fault: String, Sendable, Hashable, CaseIterable {
    /// The process dies before the effect.
    case crashBefore = "crash-before"
    /// The process dies after the effect.
    case crashAfter = "crash-after"
    /// The effect happens and nobody hears of it.
    case answerLost = "answer-lost"
    /// Nothing happens, and nobody can tell: a 5xx without an effect.
    case failed
    /// Nothing happens, and the target says that it never will.
    case refused
    /// Nothing happens; it may work later.
    case unavailable
    /// Nothing happens; the target says for how long it will be so.
    case throttled
    /// The admin credential is not taken, this once.
    case unauthorized
    /// The effect happens twice: a proxy sent the request again.
    case duplicated
    /// A read answers as the world was before its last change.
    case stale
    /// Nobody hears of it, and the effect happens when something in between has sat on it long
    /// enough: less long than the plan says that it may.
    case late
}

/// A call of a port, as it is counted.
public enum Call: String, Sendable, Hashable {
    case identity, preflight, credentials, create, disable, enable, delete, authenticate
    case read, write, reload, report, presentations

    /// Whether the call only looks.
    var isRead: Bool {
        switch self {
        case .identity, .preflight, .credentials, .authenticate, .read, .report,
            .presentations:
            true
        case .create, .disable, .enable, .delete, .write, .reload: false
        }
    }
}
