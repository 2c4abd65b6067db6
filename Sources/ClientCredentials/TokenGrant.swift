/// What a client asks for a token with.
public enum TokenGrant: Sendable, Hashable {
    /// Nothing but its own proof (RFC 6749 §4.4).
    case clientCredentials
    /// A code that a person's browser brought (RFC 6749 §4.1.3).
    ///
    /// One that nobody was given asks whether the client's proof is taken, where a client has no
    /// grant of its own: `invalid_client` says no, and `invalid_grant` yes.
    case authorizationCode(String, redirectURI: String)
    /// The signed assertion is the grant, and proves the client as well (RFC 7523 §2.1).
    ///
    /// The scope is a claim of it, and it has no subject of its own, as Google has it.
    case jwtBearer

    /// The registered name.
    var name: String {
        switch self {
        case .clientCredentials: "client_credentials"
        case .authorizationCode: "authorization_code"
        case .jwtBearer: "urn:ietf:params:oauth:grant-type:jwt-bearer"
        }
    }
}
