import ClientCredentials
import HTTPTransport
import RotationCore

/// Gravitee Access Management: up to ten secrets that the server makes and shows once, told apart
/// by the name that each is given, without a way to disable one.
struct Gravitee: ProbedServer {
    let api: GraviteeAPI
    let probe: TokenProbe
    /// What the domain calls itself.
    let issuer: String
    /// Where the domain's metadata is.
    let metadata: String
    let now: @Sendable () -> Instant
    /// From the end of one rotation to the start of the next; nil only by hand.
    let period: Span?

    static let capabilities = ServerCapabilities(
        shape: .list, limit: 10, origin: .server, recognition: .label, canDisable: false,
        propagation: .minutes(1), expiry: .atCreation, events: .each)

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        let response = try await api.admin.open(metadata)
        guard response.status == 200 else { throw api.admin.error(response, .read) }
        try api.admin.decode(ServerMetadata.self, response, .read)
            .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: "gravitee")
        return TargetIdentity(
            rawValue: "gravitee:\(issuer)#\(api.admin.address)\(api.path)#\(probe.clientID)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            let secrets = try await api.secrets()
            if secrets.count >= capabilities.limit {
                findings.append(
                    finding(
                        .problem, "limit-reached",
                        "the application has \(secrets.count) secrets already"))
            }
            findings += lifeFindings(about: secrets, overlap)
            findings += try await applicationFindings()
            findings += await logFindings(
                "gravitee", at: now(), needs: "DOMAIN_AUDIT[LIST] and ORGANIZATION_AUDIT[READ]")
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    /// How long a secret lives is the domain's setting, which only shows in secrets that are there.
    private func lifeFindings(about secrets: [GraviteeSecret], _ overlap: Span) -> [Finding] {
        let newest = secrets.max { ($0.createdAt ?? 0) < ($1.createdAt ?? 0) }
        guard let period, let life = newest?.life,
            period.milliseconds + overlap.milliseconds >= life.milliseconds
        else { return [] }
        return [
            finding(
                .warning, "short-life",
                "the newest secret is good for \(life), and the next rotation begins after "
                    + "\(period): have the domain give them a longer life")
        ]
    }

    private func applicationFindings() async throws(AdapterError) -> [Finding] {
        let application: GraviteeApplication
        do throws(AdapterError) { application = try await api.application() } catch {
            // The secrets could be listed, so this right only is missing, and isn't needed.
            guard error.kind == .unauthorized else { throw error }
            return [unreadClient("the application may not be read")]
        }
        var findings: [Finding] = []
        if application.enabled == false {
            findings.append(finding(.problem, "app-disabled", "the application is disabled"))
        }
        guard let oauth = application.oauth, let clientID = oauth.clientId else {
            return findings + [unreadClient("the application's OpenID settings may not be read")]
        }
        if clientID != probe.clientID {
            findings.append(
                finding(
                    .problem, "other-client",
                    "the application's client id is \(safeText(clientID))"))
        }
        if let method = oauth.tokenEndpointAuthMethod, !method.isEmpty,
            method != probe.method.rawValue
        {
            findings.append(
                finding(
                    .problem, "other-auth-method",
                    "the application's token_endpoint_auth_method is \(safeText(method)), "
                        + "and the plan's \(probe.method.rawValue)"))
        }
        if let grants = oauth.grantTypes, !grants.contains("client_credentials") {
            findings.append(
                finding(
                    .problem, "grant-missing",
                    "the application lacks the grant client_credentials, so no secret can be tried"
                ))
        }
        return findings
    }

    /// Those that the application may ask for; its defaults are among them.
    func scopes() async throws(AdapterError) -> Set<String>? {
        let oauth: GraviteeApplication.OAuth?
        do throws(AdapterError) { oauth = try await api.application().oauth } catch {
            throw error.about("the application's scopes; that needs APPLICATION read")
        }
        guard let oauth else {
            throw AdapterError(
                .unauthorized, code: "gravitee-scopes-unread",
                message: "gravitee: the application's OpenID settings may not be read; that needs "
                    + "APPLICATION_OPENID read")
        }
        return Set((oauth.scopeSettings ?? []).map(\.scope))
    }

    private func unreadClient(_ reason: String) -> Finding {
        finding(
            .warning, "client-unread",
            "\(reason), so nothing tells that it is the client \(safeText(probe.clientID))")
    }

    private func finding(_ severity: Finding.Severity, _ code: String, _ reason: String)
        -> Finding
    {
        Finding(severity, code: "gravitee-\(code)", message: "gravitee: \(reason)")
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        let now = now()
        return try await api.secrets().filter { !$0.isOver(at: now) }.map { listed in
            Credential(
                id: CredentialID(rawValue: listed.id),
                createdAt: listed.createdAt.map(Instant.init(milliseconds:)),
                expiresAt: listed.expiresAt.map(Instant.init(milliseconds:)), label: listed.name)
        }
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard secret == nil else {
            throw AdapterError(
                .refused, code: "gravitee-own-secret",
                message: "gravitee: the server makes the secret")
        }
        let made = try await api.create(label)
        return CreatedCredential(
            id: CredentialID(rawValue: made.id), secret: made.secret.map { ClientSecret($0) })
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        try await assertStays(survivor, beside: credential)
        do throws(AdapterError) { try await api.delete(credential.rawValue) } catch {
            // Where one secret is left, Gravitee says that of every id, one that is gone too.
            guard error.kind == .refused else { throw error }
            let left = try await api.secrets()
            guard !left.contains(where: { $0.id == credential.rawValue }) else { throw error }
        }
    }

    /// Throws unless another secret is listed and `survivor` is accepted.
    ///
    /// A listed secret shows nothing of its value, so the token endpoint is asked.
    private func assertStays(_ survivor: ClientSecret, beside doomed: CredentialID)
        async throws(AdapterError)
    {
        let now = now()
        let stays = try await api.secrets()
            .contains { $0.id != doomed.rawValue && !$0.isOver(at: now) }
        guard stays, try await authenticate(with: survivor, connection: .kept) == .accepted else {
            throw AdapterError(
                .conflict, code: "gravitee-survivor-not-accepted",
                message: "gravitee: the secret that must stay is not accepted, or nothing is "
                    + "listed beside \(safeText(doomed.rawValue))")
        }
    }

    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations? {
        try await api.presentations(since: moment, at: now())
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }
}
