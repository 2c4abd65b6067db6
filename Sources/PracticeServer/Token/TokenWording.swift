import HTTPTypes

/// How a vendor words the same refusals.
struct TokenWording: Sendable {
    var repeated: @Sendable (String) -> TokenError = { name in
        TokenError("invalid_request", "The parameter \(name) is repeated.")
    }
    var malformed = TokenError("invalid_request", "The request body is not form-urlencoded.")
    var missingGrant = TokenError("invalid_request", "The parameter grant_type is missing.")
    var unsupportedGrant = TokenError("unsupported_grant_type", "The grant is not supported.")
    var severalMethods = TokenError(
        "invalid_request", "There is more than one method of client authentication.")
    /// No client is named.
    var noClient = TokenError("invalid_client", "No client is named.", status: .unauthorized)
    /// A client is named, and nothing proves it.
    var noSecret = TokenError("invalid_client", "The client is not proven.", status: .unauthorized)
    var unknownClient = TokenError(
        "invalid_client", "Client authentication failed.", status: .unauthorized)
    /// A dead or wrong secret.
    var badSecret = TokenError(
        "invalid_client", "Client authentication failed.", status: .unauthorized)
    /// A method that the client is not registered for.
    var wrongMethod = TokenError(
        "invalid_client", "Client authentication failed.", status: .unauthorized)
    var badAssertion: @Sendable (AssertionRefusal) -> TokenError = { reason in
        TokenError("invalid_client", reason.rawValue, status: .unauthorized)
    }
    var unknownScopes: @Sendable (String) -> TokenError = { scope in
        TokenError("invalid_scope", "Invalid scopes: \(scope)")
    }
    var noScope = TokenError("invalid_scope", "No scopes were requested.")
}
