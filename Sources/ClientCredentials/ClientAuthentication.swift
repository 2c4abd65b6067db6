import FoundationEssentials
public import HTTPTransport
import JWTKit

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
    /// `client_secret_jwt`: an assertion, good for one request and one minute, that the secret
    /// signs with HS256 and so doesn't travel.
    ///
    /// OpenID Connect Core §9. It is for `audience`, or for the token endpoint's URL where that is
    /// nil. A secret of less than 32 bytes is `unusable` (RFC 7518 §3.2, OpenID Connect Core
    /// §16.19): whoever sees an assertion could search for it.
    case clientSecretJWT(id: String, secret: String, audience: String? = nil)
    /// `private_key_jwt`: a signed assertion that is good for one request and one minute.
    ///
    /// RFC 7523 §2.2.
    case privateKeyJWT(AssertionKey)
    /// A signed assertion that somebody else made: a workload's identity token.
    ///
    /// RFC 7523 §2.2; good for as many requests as its issuer says.
    case assertion(id: String, token: String)
    /// `tls_client_auth` or `self_signed_tls_client_auth`: the certificate of the connection.
    ///
    /// RFC 8705 §2; which of the two it is, the client's registration says. The token may be bound
    /// to the certificate (§3), and is then good only on connections that show it.
    case tls(id: String, certificate: ClientCertificate)

    /// The client's id.
    public var clientID: String {
        switch self {
        case .basic(let id, _), .post(let id, _), .clientSecretJWT(let id, _, _),
            .assertion(let id, _), .tls(let id, _):
            id
        case .privateKeyJWT(let key): key.clientID
        }
    }

    /// The names under which servers offer the method (RFC 7591 §2, RFC 8705 §2).
    ///
    /// Any of them will do.
    public var methods: [String] {
        switch self {
        case .basic, .post, .clientSecretJWT, .privateKeyJWT: [method]
        case .assertion: ["private_key_jwt"]
        case .tls: ["tls_client_auth", "self_signed_tls_client_auth"]
        }
    }

    /// The method in one word, which for two of them isn't the registered name.
    var method: String {
        switch self {
        case .basic: "client_secret_basic"
        case .post: "client_secret_post"
        case .clientSecretJWT: "client_secret_jwt"
        case .privateKeyJWT: "private_key_jwt"
        case .assertion: "client_assertion"
        case .tls: "tls_client_auth"
        }
    }

    /// The secret, for recognising it where a server repeats it.
    var secret: String? {
        switch self {
        case .basic(_, let secret), .post(_, let secret), .clientSecretJWT(_, let secret, _),
            .assertion(_, let secret):
            secret
        case .privateKeyJWT, .tls: nil
        }
    }

    /// Whether somebody's signature could be a grant; a client's own secret speaks for nobody.
    var isGrant: Bool {
        switch self {
        case .basic, .post, .clientSecretJWT, .tls: false
        case .privateKeyJWT, .assertion: true
        }
    }

    /// The signature algorithm where this side signs; nil where it doesn't.
    var algorithm: String? {
        switch self {
        case .clientSecretJWT: "HS256"
        case .privateKeyJWT(let key): key.algorithm.rawValue
        case .basic, .post, .assertion, .tls: nil
        }
    }

    /// An assertion that `secret` signs.
    static func assertion(
        of clientID: String, secret: String, audience: String, at now: Date
    ) async throws(TokenError) -> String {
        // The library below asserts it, which ends a debug build.
        guard secret.utf8.count >= 32 else {
            throw TokenError.unusable(
                "the secret has less than the 32 bytes that HS256 needs (RFC 7518 §3.2)")
        }
        let claims = ClientAssertion(
            issuer: clientID, subject: clientID, audience: audience, at: now)
        return try await SigningKey.hs256(HMACKey(from: secret)).sign(claims, keyID: nil)
    }

    /// Whether both would send the same proof.
    func isSame(as other: ClientAuthentication) -> Bool {
        switch (self, other) {
        case (.basic(let id, let secret), .basic(let otherID, let otherSecret)),
            (.post(let id, let secret), .post(let otherID, let otherSecret)),
            (.assertion(let id, let secret), .assertion(let otherID, let otherSecret)):
            id == otherID && secret == otherSecret
        case (
            .clientSecretJWT(let id, let secret, let audience),
            .clientSecretJWT(let otherID, let otherSecret, let otherAudience)
        ):
            (id, secret, audience) == (otherID, otherSecret, otherAudience)
        case (.privateKeyJWT(let key), .privateKeyJWT(let otherKey)): key.isSame(as: otherKey)
        case (.tls(let id, let shown), .tls(let otherID, let otherShown)):
            id == otherID && shown == otherShown
        case (.basic, _), (.post, _), (.clientSecretJWT, _), (.privateKeyJWT, _), (.assertion, _),
            (.tls, _):
            false
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
