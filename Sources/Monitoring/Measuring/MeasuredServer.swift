import RotationCore

/// An authorization server that does what the one inside does, and counts it.
///
/// Every method is passed on by name: one that the protocol does by itself would go round what an
/// adapter does in its place.
struct MeasuredServer: AuthorizationServer {
    private let server: any AuthorizationServer
    private let type: String
    private let meter: CallMeter

    init(_ server: any AuthorizationServer, type: String, by meter: CallMeter) {
        self.server = server
        self.type = type
        self.meter = meter
    }

    var capabilities: ServerCapabilities { server.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try await meter.admin(type, .identity) { () async throws(AdapterError) in
            try await server.identity()
        }
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        try await meter.admin(type, .preflight) { () async throws(AdapterError) in
            try await server.preflight(overlap: overlap)
        }
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        try await meter.admin(type, .list) { () async throws(AdapterError) in
            try await server.credentials(knowing: known)
        }
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        try await meter.admin(type, .create) { () async throws(AdapterError) in
            try await server.create(secret, label: label)
        }
    }

    func create(_ secret: ClientSecret?, beside old: CredentialID, label: String)
        async throws(AdapterError) -> CreatedCredential
    {
        try await meter.admin(type, .create) { () async throws(AdapterError) in
            try await server.create(secret, beside: old, label: label)
        }
    }

    func disable(_ credential: CredentialID) async throws(AdapterError) {
        try await meter.admin(type, .disable) { () async throws(AdapterError) in
            try await server.disable(credential)
        }
    }

    func enable(_ credential: CredentialID) async throws(AdapterError) {
        try await meter.admin(type, .enable) { () async throws(AdapterError) in
            try await server.enable(credential)
        }
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        try await meter.admin(type, .delete) { () async throws(AdapterError) in
            try await server.delete(credential, keeping: survivor)
        }
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await meter.token(type) { () async throws(AdapterError) in
            try await server.authenticate(with: secret, connection: connection)
        }
    }

    func authenticate(
        with secret: ClientSecret, of credential: CredentialID?, connection: ProbeConnection
    ) async throws(AdapterError) -> AuthenticationResult {
        try await meter.token(type) { () async throws(AdapterError) in
            try await server.authenticate(with: secret, of: credential, connection: connection)
        }
    }

    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations? {
        try await meter.admin(type, .presentations) { () async throws(AdapterError) in
            try await server.presentations(since: moment)
        }
    }

    func scopes() async throws(AdapterError) -> Set<String>? {
        try await meter.admin(type, .scopes) { () async throws(AdapterError) in
            try await server.scopes()
        }
    }
}
