import HTTPTypes

extension TokenWording {
    /// Okta's, from okta-management-openapi-spec 2026.06.3 and its error codes.
    static let okta: TokenWording = {
        let noClient = TokenError(
            "invalid_client", "No client credentials found", status: .unauthorized)
        return TokenWording(
            repeated: { TokenError("invalid_request", "The parameter '\($0)' is repeated.") },
            missingGrant: TokenError(
                "invalid_request", "The token request must specify a 'grant_type'."),
            unsupportedGrant: TokenError(
                "unsupported_grant_type", "The grant type in the request isn't supported."),
            severalMethods: TokenError(
                "invalid_request",
                "Can't supply multiple client credentials. Use one of the following: credentials "
                    + "in the Authorization header, credentials in the post body, or a "
                    + "`client_assertion` in the post body."),
            noClient: noClient, noSecret: noClient,
            unknownClient: TokenError(
                "invalid_client", "Invalid value for 'client_id' parameter.",
                isManagementShaped: true),
            badSecret: TokenError(
                "invalid_client",
                "The client secret supplied for a confidential client is invalid.",
                status: .unauthorized),
            wrongMethod: TokenError(
                "invalid_client",
                "Client authentication failed. The client authentication method isn't supported.",
                status: .unauthorized),
            unknownScopes: { _ in
                TokenError(
                    "invalid_scope",
                    "One or more scopes are not configured for the authorization server resource.")
            })
    }()
}
