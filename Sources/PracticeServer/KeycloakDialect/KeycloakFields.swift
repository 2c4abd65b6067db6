/// What Keycloak keeps of a client beside its secrets.
struct KeycloakFields: Sendable {
    /// The secret that `client-secret` shows.
    var currentID: String?
    /// The secret in `client.secret.rotated`.
    var rotatedID: String?
    /// `client.secret.*` times, in epoch seconds; `nil` where the attribute is not set.
    var creationTime: Int64?
    var expirationTime: Int64?
    var rotatedCreationTime: Int64?
    var rotatedExpirationTime: Int64?
    /// Other attributes, as they were put.
    var attributes: [String: String] = [:]
    /// Other members of the representation, as they were put.
    var members: [String: JSONValue] = [:]

    /// Whether `client.secret.expiration.time` is over: then **both** secrets are refused.
    ///
    /// `ClientIdAndSecretAuthenticator` asks this after either secret has matched.
    func isExpired(at now: Milliseconds) -> Bool {
        expirationTime.map { $0 > 0 && $0 < now.seconds } ?? false
    }

    var isPublic: Bool { members["publicClient"]?.bool ?? false }
    var isBearerOnly: Bool { members["bearerOnly"]?.bool ?? false }
}
