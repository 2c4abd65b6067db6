import RotationCore

extension TokenProbe {
    /// One request, and where its refusal came without words, the same with the secret in force.
    ///
    /// Such a refusal may be one of the request: of its scope, its grant or the way of the secret.
    /// It counts as one of the secret only where the secret in force, asked in the same way, is
    /// accepted.
    func authenticate(
        with secret: ClientSecret, connection: ProbeConnection,
        control: () async throws(AdapterError) -> ClientSecret?
    ) async throws(AdapterError) -> AuthenticationResult {
        let result = try await authenticate(with: secret, connection: connection)
        guard result == .refused(code: BareRefusal.code) else { return result }
        if let inForce = try await control(), !inForce.matches(secret),
            try await authenticate(with: inForce, connection: connection) == .accepted
        {
            return result
        }
        throw AdapterError(
            .refused, code: "\(adapter)-token-request-refused",
            message: "\(adapter): the token endpoint refuses the secret in force as well: look at "
                + "scope, grant and token_endpoint_auth_method")
    }
}
