import RotationCore

/// A server at one of whose calls something happens, the engine's death for one.
struct MortalServer: AuthorizationServer {
    let server: any AuthorizationServer
    let fate: FatefulCall

    var capabilities: ServerCapabilities { server.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try await fate.call { () async throws(AdapterError) in try await server.identity() }
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        try await fate.call { () async throws(AdapterError) in
            try await server.preflight(overlap: overlap)
        }
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        try await fate.call { () async throws(AdapterError) in
            try await server.credentials(knowing: known)
        }
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        try await fate.call(.creation) { () async throws(AdapterError) in
            try await server.create(secret, label: label)
        }
    }

    func create(_ secret: ClientSecret?, beside old: CredentialID, label: String)
        async throws(AdapterError) -> CreatedCredential
    {
        try await fate.call(.creation) { () async throws(AdapterError) in
            try await server.create(secret, beside: old, label: label)
        }
    }

    func disable(_ credential: CredentialID) async throws(AdapterError) {
        try await fate.call(.toggle) { () async throws(AdapterError) in
            try await server.disable(credential)
        }
    }

    func enable(_ credential: CredentialID) async throws(AdapterError) {
        try await fate.call(.toggle) { () async throws(AdapterError) in
            try await server.enable(credential)
        }
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        try await fate.call(.deletion) { () async throws(AdapterError) in
            try await server.delete(credential, keeping: survivor)
        }
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await fate.call { () async throws(AdapterError) in
            try await server.authenticate(with: secret, connection: connection)
        }
    }

    func authenticate(
        with secret: ClientSecret, of credential: CredentialID?, connection: ProbeConnection
    ) async throws(AdapterError) -> AuthenticationResult {
        try await fate.call { () async throws(AdapterError) in
            try await server.authenticate(with: secret, of: credential, connection: connection)
        }
    }
}

/// The real adapters, their server a mortal one.
struct MortalPorts: AdapterFactory {
    let usual: any AdapterFactory
    let fate: FatefulCall

    func server(of plan: Plan) async throws(AdapterError) -> any AuthorizationServer {
        MortalServer(server: try await usual.server(of: plan), fate: fate)
    }

    func store(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any SecretStore
    {
        try await usual.store(settings, of: plan)
    }

    func hook(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any ReloadHook
    {
        try await usual.hook(settings, of: plan)
    }

    func reporter(_ settings: ConsumerSettings, of plan: Plan) async throws(AdapterError)
        -> any AdoptionReporter
    {
        try await usual.reporter(settings, of: plan)
    }
}
