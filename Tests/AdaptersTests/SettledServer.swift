import ProcessTesting
import RotationCore

/// A server with one secret whose changes are waited for: until each worker of its token endpoint
/// has learned of them, as the engine waits as well.
struct SettledServer: AuthorizationServer {
    let server: any AuthorizationServer

    var capabilities: ServerCapabilities { server.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity { try await server.identity() }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        try await server.preflight(overlap: overlap)
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        try await server.credentials(knowing: known)
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        let made = try await server.create(secret, label: label)
        try await settle()
        return made
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        try await server.delete(credential, keeping: survivor)
        try await settle()
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await server.authenticate(with: secret, connection: connection)
    }

    /// Three seconds of agreeing answers: a worker that is asked looks for what is new where it
    /// last did so more than a second ago (`checkTime`, by whole seconds), and not before.
    private func settle() async throws(AdapterError) {
        let known = KnownSecrets()
        guard let shown = try await server.credentials(knowing: known).first?.secret else { return }
        var start = ContinuousClock.now
        let isSettled = await eventually(within: .seconds(30), every: .milliseconds(100)) {
            let answer = try? await server.authenticate(with: shown, connection: .fresh)
            if answer != .accepted { start = .now }
            return ContinuousClock.now - start >= .seconds(3)
        }
        guard isSettled else {
            throw AdapterError(.unknown, code: "unsettled", message: "the portal doesn't learn")
        }
    }
}
