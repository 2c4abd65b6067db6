import HTTPTypes

/// How each vendor words the same refusal.
struct TokenWording: Sendable {
    let dialect: Dialect

    func repeated(_ name: String) -> TokenError {
        switch dialect {
        case .okta: TokenError("invalid_request", "The parameter '\(name)' is repeated.")
        case .keycloak: TokenError("invalid_request", "duplicated parameter")
        }
    }

    var malformed: TokenError {
        TokenError("invalid_request", "The request body is not form-urlencoded.")
    }

    var missingGrant: TokenError {
        switch dialect {
        case .okta: TokenError("invalid_request", "The token request must specify a 'grant_type'.")
        case .keycloak: TokenError("invalid_request", "Missing form parameter: grant_type")
        }
    }

    var unsupportedGrant: TokenError {
        switch dialect {
        case .okta:
            TokenError(
                "unsupported_grant_type", "The grant type in the request isn't supported.")
        case .keycloak: TokenError("unsupported_grant_type", "Unsupported grant_type")
        }
    }

    var severalMethods: TokenError {
        switch dialect {
        case .okta:
            TokenError(
                "invalid_request",
                "Can't supply multiple client credentials. Use one of the following: credentials "
                    + "in the Authorization header, credentials in the post body, or a "
                    + "`client_assertion` in the post body.")
        case .keycloak:
            TokenError("invalid_request", "Multiple client authentication methods in the request")
        }
    }

    var noClient: TokenError {
        switch dialect {
        case .okta:
            TokenError("invalid_client", "No client credentials found", status: .unauthorized)
        case .keycloak: TokenError("invalid_client", "Missing client_id parameter")
        }
    }

    /// A client is named, and nothing proves it.
    var noSecret: TokenError {
        switch dialect {
        case .okta: noClient
        case .keycloak: badSecret
        }
    }

    var unknownClient: TokenError {
        switch dialect {
        case .okta:
            TokenError(
                "invalid_client", "Invalid value for 'client_id' parameter.",
                isManagementShaped: true)
        case .keycloak:
            TokenError(
                "invalid_client", "Invalid client or Invalid client credentials",
                status: .unauthorized)
        }
    }

    /// A dead or wrong secret.
    var badSecret: TokenError {
        switch dialect {
        case .okta:
            TokenError(
                "invalid_client",
                "The client secret supplied for a confidential client is invalid.",
                status: .unauthorized)
        case .keycloak:
            TokenError(
                "unauthorized_client", "Invalid client or Invalid client credentials",
                status: .unauthorized)
        }
    }

    /// A method that the client is not registered for.
    var wrongMethod: TokenError {
        switch dialect {
        case .okta:
            TokenError(
                "invalid_client",
                "Client authentication failed. The client authentication method isn't supported.",
                status: .unauthorized)
        case .keycloak: badSecret
        }
    }

    func badAssertion(_ reason: AssertionRefusal) -> TokenError {
        switch dialect {
        case .okta: TokenError("invalid_client", reason.rawValue, status: .unauthorized)
        case .keycloak:
            TokenError(
                "invalid_client",
                "Client authentication with signed JWT failed: \(reason.rawValue)")
        }
    }

    func unknownScopes(_ scope: String) -> TokenError {
        switch dialect {
        case .okta:
            TokenError(
                "invalid_scope",
                "One or more scopes are not configured for the authorization server resource.")
        case .keycloak: TokenError("invalid_scope", "Invalid scopes: \(scope)")
        }
    }

    var noScope: TokenError { TokenError("invalid_scope", "No scopes were requested.") }
}
