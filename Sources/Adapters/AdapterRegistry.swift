import ClientCredentials
public import HTTPTransport
public import RotationCore

/// Every adapter that there is: a plain list, and one place that makes ports from it.
public struct AdapterRegistry: AdapterFactory {
    /// What plans may say; help, schema and documentation come from it.
    public static let descriptors = AdapterDescriptors(
        servers: servers.map(\.descriptor),
        stores: [
            SecretsManagerStore.descriptor, ParameterStore.descriptor, KeyVaultStore.descriptor,
            BarbicanStore.descriptor, ExecStore.descriptor, FileStore.descriptor,
            GoogleSecretStore.descriptor, KubernetesStore.descriptor, SystemdCredsStore.descriptor,
            VaultStore.descriptor,
        ],
        hooks: [
            ExecHook.descriptor, HTTPHook.descriptor, KubernetesHook.descriptor,
            SignalHook.descriptor, SystemdHook.descriptor,
        ],
        reporters: [
            ExecReporter.descriptor, FileReporter.descriptor, HTTPSReporter.descriptor,
            KubernetesReporter.descriptor, TelemetryReporter.descriptor,
            VaultAuditReporter.descriptor,
        ])

    /// A kind of authorization server: what plans may say of it, and what makes one of a plan.
    private struct Server: Sendable {
        let descriptor: AdapterDescriptor
        let make: @Sendable (Plan, ServerParts) async throws(AdapterError) -> any ProbedServer

        init<Adapter: ProbedServer>(
            _ descriptor: AdapterDescriptor,
            _ make: @escaping @Sendable (Plan, ServerParts) async throws(AdapterError) -> Adapter
        ) {
            self.descriptor = descriptor
            self.make = { plan, parts async throws(AdapterError) in try await make(plan, parts) }
        }
    }

    private static let servers = [
        Server(Auth0.descriptor, Auth0.init), Server(Authentik.descriptor, Authentik.init),
        Server(Authlete.descriptor, Authlete.init), Server(Buntubi.descriptor, Buntubi.init),
        Server(Cognito.descriptor, Cognito.init), Server(Entra.descriptor, Entra.init),
        Server(ExecServer.descriptor, ExecServer.server), Server(GitLab.descriptor, GitLab.init),
        Server(Glewlwyd.descriptor, Glewlwyd.init), Server(Google.descriptor, Google.init),
        Server(Gravitee.descriptor, Gravitee.init),
        Server(HTTPServer.descriptor, HTTPServer.server),
        Server(Hydra.descriptor, Hydra.init), Server(Keycloak.descriptor, Keycloak.init),
        Server(LemonLDAP.descriptor, LemonLDAP.init), Server(Logto.descriptor, Logto.init),
        Server(Okta.apiServiceDescriptor, Okta.init(apiServiceOf:_:)),
        Server(Okta.descriptor, Okta.init(_:_:)),
        Server(PingFederate.descriptor, PingFederate.init),
        Server(PingOne.descriptor, PingOne.init), Server(RFC7592.descriptor, RFC7592.init),
        Server(Salesforce.descriptor, Salesforce.init), Server(UAA.descriptor, UAA.init),
        Server(WSO2.descriptor, WSO2.init), Server(Zitadel.descriptor, Zitadel.init),
    ]

    let parts: ServerParts
    private let logins = SharedLogins()

    /// A registry whose adapters share `http` and its admin tokens.
    ///
    /// `environment` is where `env:`, `vault:` and `systemd-credential:` references look; `now` is
    /// compared with the times that servers give.
    public init(
        http: any HTTPClient, environment: [String: String],
        now: @escaping @Sendable () -> Instant
    ) {
        let resolver = SecretResolver(environment: environment, http: http)
        parts = ServerParts(
            http: http, resolver: resolver, tokens: TokenClient(http: http),
            roles: AWSRoles(http: http, resolver: resolver, now: now), now: now)
    }

    /// What the server of `plan` can do, as far as that is known without asking it; nil where the
    /// plan is wrong.
    public static func capabilities(of plan: Plan) -> ServerCapabilities? {
        guard let descriptor = descriptors.servers.first(where: { $0.type == plan.server.type })
        else { return nil }
        let one =
            descriptor.capabilities
            ?? (try? DeclaredCapabilities.read(Settings(plan.server), ExecServer.shapes))
        guard case .blueGreen = plan.strategy else { return one }
        return one.map { BlueGreen.pairing($0) ?? $0 }
    }

    /// The server of `plan`, bound to its client, or to both where two take turns.
    public func server(of plan: Plan) async throws(AdapterError) -> any AuthorizationServer {
        guard case .blueGreen(let green) = plan.strategy else {
            return try await oneServer(of: plan, parts)
        }
        var other = plan
        other.clientID = green
        return try BlueGreen(
            blue: BlueGreen.Registration(
                client: plan.clientID, server: await oneServer(of: plan, parts)),
            green: BlueGreen.Registration(client: green, server: await oneServer(of: other, parts)))
    }

    /// The server of `plan`, bound to the client that the plan names first.
    func oneServer(of plan: Plan, _ parts: ServerParts) async throws(AdapterError)
        -> any ProbedServer
    {
        guard let one = Self.servers.first(where: { $0.descriptor.type == plan.server.type }) else {
            throw Self.unknown(plan.server, "authorization server")
        }
        return try await one.make(plan, parts)
    }

    /// One store.
    public func store(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any SecretStore
    {
        switch settings.type {
        case SecretsManagerStore.descriptor.type:
            return try await SecretsManagerStore(settings, parts)
        case ParameterStore.descriptor.type: return try await ParameterStore(settings, parts)
        case KeyVaultStore.descriptor.type: return try await KeyVaultStore(settings, parts)
        case BarbicanStore.descriptor.type: return try await BarbicanStore(settings, parts)
        case GoogleSecretStore.descriptor.type:
            return try await GoogleSecretStore(settings, parts)
        case ExecStore.descriptor.type: return try await ExecStore(settings, of: plan, parts)
        case FileStore.descriptor.type: return try FileStore(settings)
        case KubernetesStore.descriptor.type: return try await KubernetesStore(settings, parts)
        case SystemdCredsStore.descriptor.type: return try SystemdCredsStore(settings)
        case VaultStore.descriptor.type:
            return try await VaultStore(settings, logins, parts.resolver)
        default: throw Self.unknown(settings, "secret store")
        }
    }

    /// Who wraps and unwraps a sealing key, as a key file names it.
    public func keeper(_ settings: TargetSettings) async throws(AdapterError) -> VaultTransit {
        try await VaultTransit(settings, logins, parts.resolver)
    }

    /// One hook.
    public func hook(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any ReloadHook
    {
        switch settings.type {
        case ExecHook.descriptor.type: return try ExecHook(settings)
        case HTTPHook.descriptor.type: return try await HTTPHook(settings, parts.resolver)
        case KubernetesHook.descriptor.type:
            return try await KubernetesHook(settings, parts.resolver)
        case SignalHook.descriptor.type: return try SignalHook(settings)
        case SystemdHook.descriptor.type: return try SystemdHook(settings)
        default: throw Self.unknown(settings, "reload hook")
        }
    }

    /// One consumer's reporter.
    public func reporter(_ settings: ConsumerSettings, of plan: Plan) async throws(AdapterError)
        -> any AdoptionReporter
    {
        guard let report = settings.report else {
            throw AdapterError(
                .refused, code: "no-report",
                message: "\(safeText(settings.name)): nothing can be seen of it")
        }
        switch report.type {
        case ExecReporter.descriptor.type: return try ExecReporter(report)
        case FileReporter.descriptor.type: return try FileReporter(report)
        case HTTPSReporter.descriptor.type: return try HTTPSReporter(report, http: parts.http)
        case KubernetesReporter.descriptor.type:
            return try await KubernetesReporter(report, of: plan, parts.resolver)
        case TelemetryReporter.descriptor.type: return try TelemetryReporter(report)
        case VaultAuditReporter.descriptor.type: return try VaultAuditReporter(report)
        default: throw Self.unknown(report, "report")
        }
    }

    /// How it can be seen which secret a consumer of `plan` uses.
    public static func evidence(of consumer: String, in plan: Plan) -> EvidenceClass {
        let report = plan.consumers.first { $0.name == consumer }?.report
        return descriptors.reporters.first { $0.type == report?.type }?.evidence ?? .soak
    }

    static func unknown(_ target: TargetSettings, _ kind: String) -> AdapterError {
        AdapterError(
            .refused, code: "unknown-adapter",
            message:
                "\(safeText(target.name)): there is no \(kind) of type \(safeText(target.type))"
        )
    }
}
