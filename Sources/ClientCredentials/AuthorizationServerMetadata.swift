/// What an authorization server says of itself (RFC 8414 §2).
public struct AuthorizationServerMetadata: Sendable, Hashable {
    /// Who it is; to the byte who was asked for.
    public let issuer: String
    /// Where its tokens come from: https, or http to a loopback address.
    public let tokenEndpoint: String
    /// Where they come from for clients that show a certificate (RFC 8705 §5); nil for there too.
    public let mutualTLSTokenEndpoint: String?
    /// How clients may prove themselves, such as `client_secret_basic`, which it is for a server
    /// that doesn't say.
    public let tokenEndpointAuthMethods: Set<String>
    /// The signature algorithms of assertions, such as `ES256`; nil where it doesn't say.
    public let tokenEndpointAuthSigningAlgorithms: Set<String>?
    /// Some of the scopes that it knows; nil where it doesn't say.
    public let scopes: Set<String>?

    /// Metadata that was learnt elsewhere.
    public init(
        issuer: String, tokenEndpoint: String, mutualTLSTokenEndpoint: String? = nil,
        tokenEndpointAuthMethods: Set<String> = ["client_secret_basic"],
        tokenEndpointAuthSigningAlgorithms: Set<String>? = nil, scopes: Set<String>? = nil
    ) {
        self.issuer = issuer
        self.tokenEndpoint = tokenEndpoint
        self.mutualTLSTokenEndpoint = mutualTLSTokenEndpoint
        self.tokenEndpointAuthMethods = tokenEndpointAuthMethods
        self.tokenEndpointAuthSigningAlgorithms = tokenEndpointAuthSigningAlgorithms
        self.scopes = scopes
    }

    /// Where a client that proves itself so is to ask.
    public func tokenEndpoint(for authentication: ClientAuthentication) -> String {
        if case .tls = authentication {
            mutualTLSTokenEndpoint ?? tokenEndpoint
        } else {
            tokenEndpoint
        }
    }

    /// Whether the server says that clients may prove themselves so, and with that algorithm.
    ///
    /// What a server says of itself may be wrong, and whether this client may is in its
    /// registration.
    public func offers(_ authentication: ClientAuthentication) -> Bool {
        guard !tokenEndpointAuthMethods.isDisjoint(with: authentication.methods) else {
            return false
        }
        guard let algorithm = authentication.algorithm,
            let known = tokenEndpointAuthSigningAlgorithms
        else { return true }
        return known.contains(algorithm)
    }
}
