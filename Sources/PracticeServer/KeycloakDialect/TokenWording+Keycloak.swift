import HTTPTypes

extension TokenWording {
    /// Keycloak's: a dead secret is `unauthorized_client`.
    static let keycloak: TokenWording = {
        let badSecret = TokenError(
            "unauthorized_client", "Invalid client or Invalid client credentials",
            status: .unauthorized)
        return TokenWording(
            repeated: { _ in TokenError("invalid_request", "duplicated parameter") },
            missingGrant: TokenError("invalid_request", "Missing form parameter: grant_type"),
            unsupportedGrant: TokenError("unsupported_grant_type", "Unsupported grant_type"),
            severalMethods: TokenError(
                "invalid_request", "Multiple client authentication methods in the request"),
            noClient: TokenError("invalid_client", "Missing client_id parameter"),
            noSecret: badSecret,
            unknownClient: TokenError(
                "invalid_client", "Invalid client or Invalid client credentials",
                status: .unauthorized),
            badSecret: badSecret, wrongMethod: badSecret,
            badAssertion: { reason in
                TokenError(
                    "invalid_client",
                    "Client authentication with signed JWT failed: \(reason.rawValue)")
            })
    }()
}
