import ClientCredentials
public import HTTPTransport
public import RotationCore

/// Every adapter that there is: a plain list, and one place that makes ports from it.
public struct AdapterRegistry: AdapterFactory {
    /// What plans may say; help, schema and documentation come from it.
    public static let descriptors = AdapterDescriptors(
        servers: [
            Auth0.descriptor, Authentik.descriptor, Authlete.descriptor, Buntubi.descriptor,
            Cognito.descriptor, Entra.descriptor, ExecServer.descriptor, GitLab.descriptor,
            Glewlwyd.descriptor, Google.descriptor, Gravitee.descriptor, HTTPServer.descriptor,
            Hydra.descriptor, Keycloak.descriptor, LemonLDAP.descriptor, Logto.descriptor,
            Okta.apiServiceDescriptor, Okta.descriptor, PingFederate.descriptor, PingOne.descriptor,
            RFC7592.descriptor, Salesforce.descriptor, UAA.descriptor, WSO2.descriptor,
            Zitadel.descriptor,
        ],
        stores: [FileStore.descriptor, VaultStore.descriptor],
        hooks: [
            ExecHook.descriptor, HTTPHook.descriptor, SignalHook.descriptor,
            SystemdHook.descriptor,
        ],
        reporters: [ExecReporter.descriptor, FileReporter.descriptor, HTTPSReporter.descriptor])

    private let parts: ServerParts
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
            return try await oneServer(of: plan)
        }
        var other = plan
        other.clientID = green
        return try BlueGreen(
            blue: BlueGreen.Registration(client: plan.clientID, server: await oneServer(of: plan)),
            green: BlueGreen.Registration(client: green, server: await oneServer(of: other)))
    }

    private func oneServer(of plan: Plan) async throws(AdapterError) -> any AuthorizationServer {
        switch plan.server.type {
        case Auth0.descriptor.type: return try await Auth0(plan, parts)
        case Authentik.descriptor.type: return try await Authentik(plan, parts)
        case Authlete.descriptor.type: return try await Authlete(plan, parts)
        case Buntubi.descriptor.type: return try await Buntubi(plan, parts)
        case Cognito.descriptor.type: return try await Cognito(plan, parts)
        case Entra.descriptor.type: return try await Entra(plan, parts)
        case ExecServer.descriptor.type: return try await ExecServer.server(of: plan, parts)
        case HTTPServer.descriptor.type: return try await HTTPServer.server(of: plan, parts)
        case Hydra.descriptor.type: return try await Hydra(plan, parts)
        case GitLab.descriptor.type: return try await GitLab(plan, parts)
        case Glewlwyd.descriptor.type: return try await Glewlwyd(plan, parts)
        case Google.descriptor.type: return try await Google(plan, parts)
        case Gravitee.descriptor.type: return try await Gravitee(plan, parts)
        case Keycloak.descriptor.type: return try await Keycloak(plan, parts)
        case LemonLDAP.descriptor.type: return try await LemonLDAP(plan, parts)
        case Logto.descriptor.type: return try await Logto(plan, parts)
        case Okta.descriptor.type: return try await Okta(plan, parts)
        case Okta.apiServiceDescriptor.type: return try await Okta(apiServiceOf: plan, parts)
        case UAA.descriptor.type: return try await UAA(plan, parts)
        case PingFederate.descriptor.type: return try await PingFederate(plan, parts)
        case PingOne.descriptor.type: return try await PingOne(plan, parts)
        case Salesforce.descriptor.type: return try await Salesforce(plan, parts)
        case Zitadel.descriptor.type: return try await Zitadel(plan, parts)
        case RFC7592.descriptor.type: return try await RFC7592(plan, parts)
        case WSO2.descriptor.type: return try await WSO2(plan, parts)
        default: throw Self.unknown(plan.server, "authorization server")
        }
    }

    /// One store.
    public func store(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any SecretStore
    {
        switch settings.type {
        case FileStore.descriptor.type: return try FileStore(settings)
        case VaultStore.descriptor.type:
            return try await VaultStore(settings, logins, parts.resolver)
        default: throw Self.unknown(settings, "secret store")
        }
    }

    /// One hook.
    public func hook(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any ReloadHook
    {
        switch settings.type {
        case ExecHook.descriptor.type: return try ExecHook(settings)
        case HTTPHook.descriptor.type: return try await HTTPHook(settings, parts.resolver)
        case SignalHook.descriptor.type: return try SignalHook(settings)
        case SystemdHook.descriptor.type: return try SystemdHook(settings)
        default: throw Self.unknown(settings, "reload hook")
        }
    }

    /// One consumer's reporter.
    public func reporter(_ settings: ConsumerSettings, of plan: Plan) async throws(AdapterError)
        -> any AdoptionReporter
    {
        switch settings.report.type {
        case ExecReporter.descriptor.type: return try ExecReporter(settings.report)
        case FileReporter.descriptor.type: return try FileReporter(settings.report)
        case HTTPSReporter.descriptor.type:
            return try HTTPSReporter(settings.report, http: parts.http)
        default: throw Self.unknown(settings.report, "report")
        }
    }

    private static func unknown(_ target: TargetSettings, _ kind: String) -> AdapterError {
        AdapterError(
            .refused, code: "unknown-adapter",
            message:
                "\(safeText(target.name)): there is no \(kind) of type \(safeText(target.type))"
        )
    }
}
