/// Why a ``TokenProvider`` has no token.
public enum TokenFailure: Error, Sendable, Hashable {
    /// The last request failed, after so many.
    case request(TokenError, attempts: Int)
    /// The endpoint is known to be down; nothing was sent. It is tried again after `retryAfter`.
    case circuitOpen(retryAfter: Duration)
    /// More was asked for than the policy, or the server's `Retry-After`, lets through within the
    /// deadline; nothing was sent.
    case throttled(retryAfter: Duration)
    /// Every credential was refused a moment ago, and there is no other one; nothing was sent.
    case refusedBefore(TokenError, retryAfter: Duration)
    /// There is no credential to ask with; the words say why, and never quote it.
    case noCredential(String)
    /// The token has less scope than was asked for, and the policy insists on it.
    case scopeNotGranted(missing: [String])
    /// The time was over.
    case deadline
    /// The calling task was cancelled.
    case cancelled

    /// Whether the server said that it doesn't take the credential.
    public var isRefusal: Bool {
        switch self {
        case .request(let error, _), .refusedBefore(let error, _): error.isRefusalOfCredential
        case .circuitOpen, .throttled, .noCredential, .scopeNotGranted, .deadline, .cancelled:
            false
        }
    }
}

extension TokenFailure: CustomStringConvertible {
    /// One line for people, without a secret.
    public var description: String {
        switch self {
        case .request(let error, 1): error.description
        case .request(let error, let attempts): "\(error) (\(attempts) requests)"
        case .circuitOpen(let wait):
            "the token endpoint is down; the next request is sent in \(wait.words)"
        case .throttled(let wait): "too many token requests; the next may be sent in \(wait.words)"
        case .refusedBefore(let error, let wait):
            "\(error); the same credential is presented again in \(wait.words)"
        case .noCredential(let reason): "no credential: \(reason)"
        case .scopeNotGranted(let missing):
            "not granted: \(missing.joined(separator: " ")); the token has less scope than was "
                + "asked for"
        case .deadline: "no token within the deadline"
        case .cancelled: "cancelled"
        }
    }
}

extension TokenError {
    /// Whether the server says that it doesn't take the credential, in one of the usual spellings.
    ///
    /// `invalid_client` (RFC 6749 §5.2), a bare 401, and the `unauthorized_client` of older
    /// Keycloaks.
    public var isRefusalOfCredential: Bool {
        switch self {
        case .refused(let status, let error, _):
            status == 401 || error == "invalid_client" || error == "unauthorized_client"
        case .malformed(let status, _): status == 401
        case .unavailable, .noAnswer, .unusable: false
        }
    }

    /// Whether that may be what an answer means that isn't one of OAuth (RFC 6749 §5.2).
    var mayBeRefusalOfCredential: Bool {
        if case .malformed(let status, _) = self { return status == 400 || status == 403 }
        return false
    }

    /// Whether the same request may do better a moment later.
    var isPassing: Bool {
        switch self {
        case .unavailable, .noAnswer: true
        // A page with status 200 may have cost a token already, and a redirect stays one.
        case .malformed, .refused, .unusable: false
        }
    }
}

extension Duration {
    /// In seconds, with tenths where there are any, and never too short.
    fileprivate var words: String {
        let tenths = Int((self / .milliseconds(100)).rounded(.up))
        let fraction = tenths.isMultiple(of: 10) ? "" : ".\(tenths % 10)"
        return "\(tenths / 10)\(fraction) s"
    }
}
