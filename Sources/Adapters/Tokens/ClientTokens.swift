public import ClientCredentials

/// Where a client's tokens come from, and with what it proves itself there.
public struct ClientTokens: Sendable {
    /// Where from, and which ones.
    public var endpoint: TokenEndpoint
    /// With what; read anew where it is refused.
    public let credential: any CredentialSource

    /// An endpoint and a credential.
    public init(endpoint: TokenEndpoint, credential: any CredentialSource) {
        self.endpoint = endpoint
        self.credential = credential
    }
}
