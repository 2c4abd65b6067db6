import ClientCredentials
import HTTPTransport
import RotationCore

/// Logto: any number of secrets that the server makes and shows again, each under a name that the
/// caller chooses, without a way to disable one.
struct Logto: ProbedServer {
    let api: LogtoAPI
    let probe: TokenProbe
    let issuer: String

    static let capabilities = ServerCapabilities(
        shape: .list, limit: .max, origin: .server, recognition: .label, canDisable: false,
        propagation: .minutes(1), expiry: .atCreation, events: .named)

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try await api.admin.metadata(of: issuer)
            .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: "logto")
        return TargetIdentity(rawValue: "logto:\(issuer)#\(probe.clientID)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            let type = try await api.application().type
            if type != "MachineToMachine" {
                findings.append(
                    Finding(
                        .warning, code: "logto-not-m2m",
                        message: "logto: the application is of the type \(safeText(type)); "
                            + "people who sign in through it use its secret too"))
            }
            _ = try await api.secrets()
            findings += await logFindings(
                "logto", at: api.now(), needs: "a role for the whole management API")
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        let now = api.now()
        return try await api.secrets().compactMap { listed in
            let end = listed.expiresAt.map(Instant.init(milliseconds:))
            if let end, end <= now { return nil }
            let value = ClientSecret(listed.value)
            let role = known.role { $0.matches(value) }
            return Credential(
                id: CredentialID(rawValue: listed.name),
                createdAt: Instant(milliseconds: listed.createdAt), expiresAt: end,
                label: LogtoAPI.label(of: listed.name), holds: role,
                isOther: role == nil && known.old != nil, secret: value)
        }
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard secret == nil else {
            throw AdapterError(
                .refused, code: "logto-own-secret", message: "logto: the server makes the secret")
        }
        let made = try await api.create(LogtoAPI.name(of: label))
        return CreatedCredential(
            id: CredentialID(rawValue: made.name), secret: ClientSecret(made.value))
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        let others = try await api.secrets().filter { $0.name != credential.rawValue }
        guard others.contains(where: { survivor.matches(ClientSecret($0.value)) }) else {
            throw AdapterError(
                .conflict, code: "logto-survivor-not-listed",
                message: "logto: the secret that must stay is not listed beside "
                    + safeText(credential.rawValue))
        }
        try await api.delete(credential.rawValue)
    }

    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations? {
        try await api.presentations(since: moment)
    }

    func scopes() async throws(AdapterError) -> Set<String>? { try await api.grantedScopes() }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }
}
