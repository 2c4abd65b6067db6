import ClientCredentials
import HTTPTransport
import RotationCore

/// Okta: a list of at most two secrets with ids, made by the caller, recognised by their hash, and
/// disabled before they are deleted.
struct Okta: AuthorizationServer {
    let api: OktaAPI
    let probe: TokenProbe
    let issuer: String

    static let capabilities = ServerCapabilities(
        shape: .list, limit: 2, origin: .client, recognition: .value, canDisable: true,
        propagation: .minutes(2))

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        var response = try await api.admin.open("\(issuer)/.well-known/oauth-authorization-server")
        if response.status == 404 {
            response = try await api.admin.open("\(issuer)/.well-known/openid-configuration")
        }
        guard response.status == 200 else { throw api.admin.error(response, .read) }
        try api.admin.decode(ServerMetadata.self, response, .read)
            .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: "okta")
        return TargetIdentity(rawValue: "okta:\(issuer)#\(api.admin.address)/\(api.appID)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            if let scopes = try await api.admin.login.scopes() {
                for scope in ["okta.apps.manage", "okta.apps.read"]
                where !scopes.contains(scope[...]) {
                    findings.append(problem("scope-missing", "the admin login lacks \(scope)"))
                }
            }
            findings += try await appFindings()
            findings += Self.findings(about: try await api.secrets())
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func appFindings() async throws(AdapterError) -> [Finding] {
        let app = try await api.app()
        let client = app.credentials?.oauthClient
        var findings: [Finding] = []
        if app.status != "ACTIVE" {
            findings.append(problem("app-inactive", "the application is \(safeText(app.status))"))
        }
        if let id = client?.clientID, id != probe.clientID {
            findings.append(
                problem("other-client", "the application's client id is \(safeText(id))"))
        }
        if let method = client?.method, method != probe.method.rawValue {
            findings.append(
                problem(
                    "other-auth-method",
                    "the application's token_endpoint_auth_method is \(safeText(method)), "
                        + "and the plan's \(probe.method.rawValue)"))
        }
        return findings
    }

    private static func findings(about secrets: [OktaSecret]) -> [Finding] {
        guard secrets.count >= 2 else { return [] }
        let inactive = secrets.filter { !$0.isActive }.map { safeText($0.id) }
        let hint =
            inactive.isEmpty
            ? "both are active" : "\(inactive.joined(separator: ", ")) is inactive"
        return [
            Finding(
                .problem, code: "okta-limit-reached",
                message: "okta: the client has two secrets already; \(hint)")
        ]
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(.problem, code: "okta-\(code)", message: "okta: \(reason)")
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        try await api.secrets().map { secret in
            Credential(
                id: CredentialID(rawValue: secret.id), isEnabled: secret.isActive,
                createdAt: secret.created.flatMap(Instant.init(rfc3339:)),
                holds: known.role(where: secret.holds))
        }
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard let secret else {
            throw AdapterError(
                .refused, code: "okta-no-secret", message: "okta: the caller makes the secret")
        }
        let made = try await api.create(secret)
        return CreatedCredential(id: CredentialID(rawValue: made.id), secret: nil)
    }

    func disable(_ credential: CredentialID) async throws(AdapterError) {
        try await api.setActive(false, credential)
    }

    func enable(_ credential: CredentialID) async throws(AdapterError) {
        try await api.setActive(true, credential)
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        let listed = try await api.secrets()
        let doomed = listed.first { $0.id == credential.rawValue }
        let canTell = listed.contains { $0.secretHash != nil }
        let stays = listed.contains { $0.id != doomed?.id && $0.isActive && $0.holds(survivor) }
        guard stays || !canTell else {
            throw AdapterError(
                .conflict, code: "okta-survivor-not-active",
                message: "okta: the secret that must stay is not listed as active beside "
                    + safeText(credential.rawValue))
        }
        do throws(AdapterError) {
            // Okta only deletes what is inactive. A list may lag, so what it lacks is tried too.
            if doomed?.isActive ?? true { try await api.setActive(false, credential) }
            try await api.delete(credential)
        } catch {
            guard error.kind == .missing else { throw error }
        }
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }
}
