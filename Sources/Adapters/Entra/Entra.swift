import ClientCredentials
import HTTPTransport
import RotationCore

/// Microsoft Entra ID: a list of secrets that the server makes and shows once, told apart by the
/// display name that each is given, without a way to disable one.
struct Entra: ProbedServer {
    let api: EntraAPI
    let probe: TokenProbe
    /// `https://login.microsoftonline.com/{tenant}/v2.0`.
    let authority: String
    /// How long a new secret is good for.
    let lifetime: Span
    /// From the end of one rotation to the start of the next; nil only by hand.
    let period: Span?
    /// Whether the report of sign-ins is read, for who uses the old secret.
    var readsReport = false

    static let capabilities = ServerCapabilities(
        shape: .list, limit: 20, origin: .server, recognition: .label, canDisable: false,
        propagation: .minutes(10), expiry: .atCreation, telemetry: .secret,
        telemetryLag: .hours(24), events: .named, eventLag: .minutes(30))

    var capabilities: ServerCapabilities {
        var own = Self.capabilities
        if !readsReport {
            (own.telemetry, own.telemetryLag) = (.none, .zero)
            (own.events, own.eventLag) = (.none, .zero)
        }
        return own
    }

    func identity() async throws(AdapterError) -> TargetIdentity {
        let metadata = try await api.admin.metadata(of: authority)
        // A tenant may be named by a domain; its issuer has the id.
        try metadata.assert(
            issuer: metadata.issuer, tokenEndpoint: probe.endpoint.url, for: "entra")
        return TargetIdentity(rawValue: "entra:\(metadata.issuer)#\(probe.clientID)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        if let period, period.milliseconds + overlap.milliseconds >= lifetime.milliseconds {
            findings.append(
                problem(
                    "lifetime-too-short",
                    "a new secret is good for \(lifetime), and the next rotation begins after "
                        + "\(period): say a longer lifetime"))
        }
        do throws(AdapterError) {
            let application = try await api.application()
            let count = application.passwordCredentials.count
            if count >= capabilities.limit {
                findings.append(
                    problem("limit-reached", "the application has \(count) secrets already"))
            }
            findings += try await reportFindings(application.appId, overlap)
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    /// What keeps the report from telling who still uses the old secret.
    private func reportFindings(_ appID: String, _ overlap: Span) async throws(AdapterError)
        -> [Finding]
    {
        guard readsReport else { return [] }
        do throws(AdapterError) {
            _ = try await api.lastUses(of: appID)
            _ = try await api.signIns(since: api.now(), lag: .zero)
        } catch {
            return [
                try error.warning(
                    "entra-no-sign-in-report",
                    "who still uses the old secret isn't seen: that needs AuditLog.Read.All, and "
                        + "Microsoft Entra ID P1 or P2")
            ]
        }
        guard overlap <= capabilities.telemetryLag else { return [] }
        return [
            Finding(
                .warning, code: "entra-report-lags",
                message: "entra: the sign-in report may lag by \(capabilities.telemetryLag), and "
                    + "the plan's overlap is \(overlap): a use may be told too late")
        ]
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(.problem, code: "entra-\(code)", message: "entra: \(reason)")
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        let now = api.now()
        let application = try await api.application()
        let alive = application.passwordCredentials.filter { $0.end.map { $0 > now } ?? true }
        let lastUses = try await lastUses(of: alive, application.appId)
        return alive.map { listed in
            Credential(
                id: CredentialID(rawValue: listed.keyId),
                createdAt: listed.startDateTime.flatMap(Instant.init(rfc3339:)),
                expiresAt: listed.end, label: listed.displayName,
                isOther: listed.isNone(of: known), lastUsedAt: lastUses[listed.keyId.lowercased()])
        }
    }

    func scopes() async throws(AdapterError) -> Set<String>? { try await api.grantedRoles() }

    /// Nothing where one secret is alone, and so nobody's old one, and where the report isn't for
    /// this admin or this tenant: a rotation does without.
    private func lastUses(of listed: [EntraSecret], _ appID: String) async throws(AdapterError)
        -> [String: Instant]
    {
        guard readsReport, listed.count > 1 else { return [:] }
        do throws(AdapterError) { return try await api.lastUses(of: appID) } catch {
            if case .unavailable = error.kind { throw error }
            return [:]
        }
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard secret == nil else {
            throw AdapterError(
                .refused, code: "entra-own-secret", message: "entra: the server makes the secret")
        }
        let made = try await api.addPassword(label, until: api.now() + lifetime)
        return CreatedCredential(
            id: CredentialID(rawValue: made.keyId), secret: made.secretText.map { ClientSecret($0) }
        )
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        let listed = try await api.application().passwordCredentials
        let others = listed.filter { $0.keyId != credential.rawValue }
        guard others.contains(where: { $0.mayBe(survivor) }) else {
            throw AdapterError(
                .conflict, code: "entra-survivor-not-listed",
                message: "entra: the secret that must stay is not listed beside "
                    + safeText(credential.rawValue))
        }
        do throws(AdapterError) { try await api.removePassword(credential.rawValue) } catch {
            // Graph refuses a key that isn't there; a list may lag, so it is asked after that.
            guard error.kind == .refused else { throw error }
            let left = try await api.application().passwordCredentials
            guard !left.contains(where: { $0.keyId == credential.rawValue }) else { throw error }
        }
    }

    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations? {
        try await api.signIns(since: moment, lag: capabilities.eventLag)
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }
}
