/// How a client proves to the token endpoint who it is.
///
/// Printing, interpolating, reflecting and dumping show the method and the client id only.
public enum ClientAuthentication: Sendable {
    /// `client_secret_basic`: id and secret, form-encoded first, in an Authorization header.
    ///
    /// RFC 6749 §2.3.1.
    case basic(id: String, secret: String)
    /// `client_secret_post`: id and secret in the request body.
    case post(id: String, secret: String)
    /// `private_key_jwt`: a signed assertion that is good for one request and one minute.
    ///
    /// RFC 7523 §2.2.
    case privateKeyJWT(AssertionKey)
    /// A signed assertion that somebody else made: a workload's identity token.
    ///
    /// RFC 7523 §2.2; good for as many requests as its issuer says.
    case assertion(id: String, token: String)

    /// The client's id.
    public var clientID: String {
        switch self {
        case .basic(let id, _), .post(let id, _), .assertion(let id, _): id
        case .privateKeyJWT(let key): key.clientID
        }
    }

    /// The secret, for recognising it where a server repeats it.
    var secret: String? {
        switch self {
        case .basic(_, let secret), .post(_, let secret), .assertion(_, let secret): secret
        case .privateKeyJWT: nil
        }
    }

    /// Whether something that was signed proves the client.
    var isAssertion: Bool {
        switch self {
        case .basic, .post: false
        case .privateKeyJWT, .assertion: true
        }
    }

    /// The method's registered name.
    var method: String {
        switch self {
        case .basic: "client_secret_basic"
        case .post: "client_secret_post"
        case .privateKeyJWT: "private_key_jwt"
        case .assertion: "client_assertion"
        }
    }

    /// Whether both would send the same proof.
    func isSame(as other: ClientAuthentication) -> Bool {
        switch (self, other) {
        case (.basic(let id, let secret), .basic(let otherID, let otherSecret)),
            (.post(let id, let secret), .post(let otherID, let otherSecret)),
            (.assertion(let id, let secret), .assertion(let otherID, let otherSecret)):
            id == otherID && secret == otherSecret
        case (.privateKeyJWT(let key), .privateKeyJWT(let otherKey)): key.isSame(as: otherKey)
        case (.basic, _), (.post, _), (.privateKeyJWT, _), (.assertion, _): false
        }
    }
}

extension ClientAuthentication: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The method and the client id.
    public var description: String { "<\(method) of \(clientID)>" }
    /// The same.
    public var debugDescription: String { description }
    /// No children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
