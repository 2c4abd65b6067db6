import Hummingbird

/// Metadata documents (RFC 8414, OpenID Connect Discovery).
struct Discovery: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    /// What a server says of itself; `keys` is where its key set is.
    func metadata(_ server: TokenServer, keys: String) -> Response {
        let document: JSONValue = [
            "issuer": .string(server.issuer),
            "token_endpoint": .string(server.endpoint),
            "jwks_uri": .string(keys),
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic", "client_secret_post", "client_secret_jwt",
                "private_key_jwt",
            ],
            "token_endpoint_auth_signing_alg_values_supported": [
                "HS256", "RS256", "PS256", "ES256", "EdDSA",
            ],
        ]
        return Reply.json(document)
    }
}
