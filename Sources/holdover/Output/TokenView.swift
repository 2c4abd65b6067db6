import ClientCredentials

/// A token with what the server told of it, in the words of RFC 6749 §5.1.
struct TokenView: Encodable {
    let schema = "holdover.token.v1"
    let accessToken: String
    let tokenType = "Bearer"
    /// Seconds; nil where the server doesn't say.
    let expiresIn: Int64?
    let scope: String?
    let cached: Bool

    init(_ token: AccessToken, isCached: Bool) {
        accessToken = token.value
        expiresIn = token.lifetime?.components.seconds
        scope = token.granted?.sorted().joined(separator: " ")
        cached = isCached
    }

    private enum CodingKeys: String, CodingKey {
        case schema, scope, cached
        case accessToken = "access_token"
        case tokenType = "token_type"
        case expiresIn = "expires_in"
    }
}
