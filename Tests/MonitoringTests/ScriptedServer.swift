import RotationCore
import Synchronization

/// A server that notes which method was called, and answers or fails as it is told.
final class ScriptedServer: AuthorizationServer {
    private let made = Mutex<[String]>([])
    private let error: AdapterError?
    private let answer: AuthenticationResult

    init(failing error: AdapterError? = nil, answering answer: AuthenticationResult = .accepted) {
        (self.error, self.answer) = (error, answer)
    }

    /// The methods that were called.
    var calls: [String] { made.withLock { $0 } }

    private func note(_ call: String) throws(AdapterError) {
        made.withLock { $0.append(call) }
        if let error { throw error }
    }

    var capabilities: ServerCapabilities {
        ServerCapabilities(
            shape: .list, limit: 17, origin: .server, recognition: .label, canDisable: true,
            propagation: .zero)
    }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try note("identity")
        return TargetIdentity(rawValue: "i")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        try note("preflight")
        return []
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        try note("credentials")
        return []
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        try note("create")
        return CreatedCredential(id: CredentialID(rawValue: "b"), secret: secret)
    }

    func create(_ secret: ClientSecret?, beside old: CredentialID, label: String)
        async throws(AdapterError) -> CreatedCredential
    {
        try note("create beside")
        return CreatedCredential(id: CredentialID(rawValue: "b"), secret: secret)
    }

    func disable(_ credential: CredentialID) async throws(AdapterError) { try note("disable") }

    func enable(_ credential: CredentialID) async throws(AdapterError) { try note("enable") }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    { try note("delete") }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try note("authenticate")
        return answer
    }

    func authenticate(
        with secret: ClientSecret, of credential: CredentialID?, connection: ProbeConnection
    ) async throws(AdapterError) -> AuthenticationResult {
        try note("authenticate of")
        return answer
    }

    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations? {
        try note("presentations")
        return nil
    }

    func scopes() async throws(AdapterError) -> Set<String>? {
        try note("scopes")
        return nil
    }
}

/// Makes the one server, and nothing else.
struct ScriptedFactory: AdapterFactory {
    let one: ScriptedServer

    private static var missing: AdapterError {
        AdapterError(.missing, code: "no-such-port", message: "there is a server only")
    }

    func server(of plan: Plan) async throws(AdapterError) -> any AuthorizationServer { one }

    func store(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any SecretStore
    { throw Self.missing }

    func hook(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any ReloadHook
    { throw Self.missing }

    func reporter(_ settings: ConsumerSettings, of plan: Plan) async throws(AdapterError)
        -> any AdoptionReporter
    { throw Self.missing }
}
