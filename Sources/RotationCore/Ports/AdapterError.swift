/// Why a call to the outside world didn't do what was asked.
///
/// The kinds are what the engine can do about it. A mutation is either *proved* to have had no
/// effect, or its outcome is unknown; there is nothing in between.
public struct AdapterError: Error, Sendable, Hashable {
    /// What the engine may conclude.
    public enum Kind: Sendable, Hashable {
        /// No effect; may work later. Connection refused, DNS, TLS before the request left, 429.
        case unavailable(retryAfter: Span?)
        /// No effect: 401 or 403. The admin credential is dead or too weak.
        case unauthorized
        /// No effect, and repeating won't help: 400, 422, a rule of the server.
        case refused
        /// No effect: the server holds as many secrets as it allows.
        case limitReached
        /// No effect: somebody else wrote first (check-and-set, resource version).
        case conflict
        /// The thing asked for isn't there.
        case missing
        /// The target isn't the one that the plan names. Nothing was sent to it.
        case wrongTarget
        /// It may have happened: a timeout after sending, 5xx, an answer that can't be read.
        case unknown
    }

    /// What the engine may conclude.
    public let kind: Kind
    /// A stable kebab-case code, such as `okta-limit-reached`.
    public let code: String
    /// The outside's own words, starting with the adapter's name.
    ///
    /// Never a secret.
    public let message: String

    /// An error of `kind`; `code` is stable, `message` is for people.
    public init(_ kind: Kind, code: String, message: String) {
        self.kind = kind
        self.code = code
        self.message = message
    }

    /// Whether the call is proved not to have changed anything.
    public var provesNoEffect: Bool {
        switch kind {
        case .unavailable, .unauthorized, .refused, .limitReached, .conflict, .missing,
            .wrongTarget:
            true
        case .unknown: false
        }
    }
}
