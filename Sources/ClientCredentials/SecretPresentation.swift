/// How a client presents a secret that it reads from somewhere (RFC 6749 §2.3.1).
public enum SecretPresentation: Sendable, Hashable {
    /// `client_secret_basic`.
    case basic
    /// `client_secret_post`.
    case post
    /// `client_secret_jwt`: the secret signs, and doesn't travel.
    case jwt

    func authentication(_ id: String, _ secret: String) -> ClientAuthentication {
        switch self {
        case .basic: .basic(id: id, secret: secret)
        case .post: .post(id: id, secret: secret)
        case .jwt: .clientSecretJWT(id: id, secret: secret)
        }
    }
}
