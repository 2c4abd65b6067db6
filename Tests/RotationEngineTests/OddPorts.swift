import RotationCore
import RotationTesting

/// What a world's original secret is.
let originalSecret = ClientSecret("original-secret-value-canary-0000000000000000000")

/// The world's ports, of which some answer as no world does.
struct OddPorts: AdapterFactory {
    let usual: WorldFactory
    /// What making a port comes to, where it comes to nothing.
    var serverFailure, storeFailure, hookFailure, reporterFailure: AdapterError?
    /// Told of the value that each creation is sent with.
    var creating: @Sendable (ClientSecret?) -> Void = { _ in }
    /// What a creation comes to instead of happening.
    var creationFailure: AdapterError?
    /// Whether it happens all the same.
    var isOnlyAnswerLost = false
    /// Told of each deletion.
    var deleting: @Sendable () -> Void = {}
    /// What a disabling and a deletion come to instead of happening.
    var disableFailure, deletionFailure: AdapterError?
    var identity: TargetIdentity?
    var findings: [Finding] = []
    var listed: @Sendable ([Credential]) -> [Credential] = { $0 }
    var created: @Sendable (CreatedCredential) -> CreatedCredential = { $0 }
    /// What the token endpoint says of a secret; nil leaves it to the world.
    var verdict: @Sendable (ClientSecret) -> AuthenticationResult? = { _ in nil }
    /// How long the token endpoint's tokens are good, where it says.
    var tokenLifetime: Span?
    /// Told of each secret that the token endpoint is asked about, and of its id where it is known.
    var asked: @Sendable (ClientSecret, CredentialID?) -> Void = { _, _ in }
    /// What reading the server's log comes to instead of happening.
    var logFailure: AdapterError?
    var presented: @Sendable (Presentations?) -> Presentations? = { $0 }
    /// Whether stores have a place for the client_id, whatever the world says.
    var storesHoldClientID: Bool?
    var stored: @Sendable (StoredSecret?) -> StoredSecret? = { $0 }
    var reported: @Sendable (ConsumerReport?) -> ConsumerReport? = { $0 }

    init(_ world: World) { usual = WorldFactory(world) }

    func server(of plan: Plan) async throws(AdapterError) -> any AuthorizationServer {
        if let serverFailure { throw serverFailure }
        return OddServer(usual: try await usual.server(of: plan), odd: self)
    }

    func store(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any SecretStore
    {
        if let storeFailure { throw storeFailure }
        return OddStore(usual: try await usual.store(settings, of: plan), odd: self)
    }

    func hook(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any ReloadHook
    {
        if let hookFailure { throw hookFailure }
        return try await usual.hook(settings, of: plan)
    }

    func reporter(_ settings: ConsumerSettings, of plan: Plan) async throws(AdapterError)
        -> any AdoptionReporter
    {
        if let reporterFailure { throw reporterFailure }
        return OddReporter(usual: try await usual.reporter(settings, of: plan), odd: self)
    }
}

private struct OddServer: AuthorizationServer {
    let usual: any AuthorizationServer
    let odd: OddPorts

    var capabilities: ServerCapabilities { usual.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        let usual = try await usual.identity()
        return odd.identity ?? usual
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        try await usual.preflight(overlap: overlap) + odd.findings
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        odd.listed(try await usual.credentials(knowing: known))
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        odd.creating(secret)
        if let failure = odd.creationFailure {
            if odd.isOnlyAnswerLost { _ = try await usual.create(secret, label: label) }
            throw failure
        }
        return odd.created(try await usual.create(secret, label: label))
    }

    func create(_ secret: ClientSecret?, beside old: CredentialID, label: String)
        async throws(AdapterError) -> CreatedCredential
    {
        guard capabilities.shape == .pair else { return try await create(secret, label: label) }
        return try await usual.create(secret, beside: old, label: label)
    }

    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations? {
        if let failure = odd.logFailure { throw failure }
        return odd.presented(try await usual.presentations(since: moment))
    }

    func disable(_ credential: CredentialID) async throws(AdapterError) {
        if let failure = odd.disableFailure { throw failure }
        try await usual.disable(credential)
    }

    func enable(_ credential: CredentialID) async throws(AdapterError) {
        try await usual.enable(credential)
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        odd.deleting()
        if let failure = odd.deletionFailure { throw failure }
        try await usual.delete(credential, keeping: survivor)
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await authenticate(with: secret, of: nil, connection: connection)
    }

    func authenticate(
        with secret: ClientSecret, of credential: CredentialID?, connection: ProbeConnection
    ) async throws(AdapterError) -> AuthenticationResult {
        odd.asked(secret, credential)
        let answer = try await usual.authenticate(
            with: secret, of: credential, connection: connection)
        if let verdict = odd.verdict(secret) { return verdict }
        return answer == .accepted ? .accepted(tokenLifetime: odd.tokenLifetime) : answer
    }
}

private struct OddStore: SecretStore {
    let usual: any SecretStore
    let odd: OddPorts

    var capabilities: StoreCapabilities {
        var capabilities = usual.capabilities
        capabilities.holdsClientID = odd.storesHoldClientID ?? capabilities.holdsClientID
        return capabilities
    }

    func identity() async throws(AdapterError) -> TargetIdentity { try await usual.identity() }
    func preflight() async throws(AdapterError) -> [Finding] { try await usual.preflight() }
    func read() async throws(AdapterError) -> StoredSecret? { odd.stored(try await usual.read()) }
    func write(_ content: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        try await usual.write(content, replacing: version)
    }
}

private struct OddReporter: AdoptionReporter {
    let usual: any AdoptionReporter
    let odd: OddPorts

    var source: EvidenceClass { usual.source }

    func report(since: Instant?) async throws(AdapterError) -> ConsumerReport? {
        odd.reported(try await usual.report(since: since))
    }
}
