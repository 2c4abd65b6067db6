public import HTTPTransport

/// Why there is no token.
public enum TokenError: Error, Sendable, Hashable {
    /// The server answered with a well-formed OAuth error (RFC 6749 §5.2).
    ///
    /// `error` is its code, such as `invalid_client`; `description` is for people, cleaned of
    /// characters that the RFC forbids and of the secret, if the server repeats it. Which refusals
    /// prove a secret dead is for the caller to say: servers differ.
    case refused(status: Int, error: String, description: String?)
    /// The server can't answer now: 408, 429, 5xx, `temporarily_unavailable`, `server_error`.
    case unavailable(status: Int, retryAfter: Duration?)
    /// No usable answer arrived; the failure says whether the request may have.
    case noAnswer(HTTPFailure)
    /// An answer that is neither a token nor an OAuth error; `reason` never quotes it.
    case malformed(status: Int, reason: String)
    /// Nothing was sent, since the settings can't work: a key that can't be read.
    case unusable(String)
}

extension TokenError: CustomStringConvertible {
    /// One line for people, without a secret.
    public var description: String {
        switch self {
        case .refused(let status, let error, let description?):
            "refused with \(status) \(error): \(description)"
        case .refused(let status, let error, nil): "refused with \(status) \(error)"
        case .unavailable(let status, let wait?): "unavailable with \(status), retry after \(wait)"
        case .unavailable(let status, nil): "unavailable with \(status)"
        case .noAnswer(let failure): failure.description
        case .malformed(let status, let reason): "malformed answer with \(status): \(reason)"
        case .unusable(let reason): reason
        }
    }
}
