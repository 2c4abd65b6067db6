import ClientCredentials
import HTTPTransport
import RotationCore

/// An OAuth client of Google IAM (Workforce Identity Federation): a list of credentials that the
/// server makes, each with an id that the caller chooses, disabled before they are deleted.
struct Google: ProbedServer {
    let api: GoogleAPI
    let probe: TokenProbe
    let redirectURI: String

    static let capabilities = ServerCapabilities(
        shape: .list, limit: 10, origin: .server, recognition: .label, canDisable: true,
        propagation: .minutes(10))

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        let client = try await api.client()
        guard let clientID = client.clientId, clientID == probe.clientID else {
            throw AdapterError(
                .wrongTarget, code: "google-other-client",
                message: "google: the OAuth client's id is \(safeText(client.clientId ?? "")), "
                    + "and the plan's \(safeText(probe.clientID))")
        }
        return TargetIdentity(rawValue: "google:\(client.name)#\(clientID)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            findings += self.findings(about: try await api.client())
            let listed = try await api.list()
            if listed.count >= capabilities.limit {
                findings.append(
                    problem("limit-reached", "the client has \(listed.count) credentials already"))
            }
            findings += try await probeFindings()
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func findings(about client: GoogleOAuthClient) -> [Finding] {
        var findings: [Finding] = []
        if client.clientId != probe.clientID {
            findings.append(
                problem(
                    "other-client",
                    "the OAuth client's id is \(safeText(client.clientId ?? ""))"))
        }
        if let type = client.clientType, type != "CONFIDENTIAL_CLIENT" {
            findings.append(problem("not-confidential", "the client is a \(safeText(type))"))
        }
        if client.disabled == true || client.state == "DELETED" {
            findings.append(problem("client-disabled", "the client is disabled or deleted"))
        }
        if let known = client.allowedRedirectUris, !known.contains(redirectURI) {
            findings.append(
                problem(
                    "other-redirect", "redirect_uri is none of those that the client may name"))
        }
        return findings
    }

    /// Asks with a secret that never was one.
    ///
    /// An endpoint that looks at the code before the secret answers every secret alike, and a dead
    /// one would be taken for one in force.
    private func probeFindings() async throws(AdapterError) -> [Finding] {
        let nobodys = ClientSecret("holdover-asks-with-what-never-was-a-secret")
        guard try await authenticate(with: nobodys, connection: .kept) == .accepted else {
            return []
        }
        return [
            problem(
                "blind-probe",
                "the token endpoint does not look at the secret first, so none can be tried")
        ]
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(.problem, code: "google-\(code)", message: "google: \(reason)")
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        try await api.credentials().map { listed in
            let value = listed.value
            let role = value.flatMap { value in known.role { $0.matches(value) } }
            return Credential(
                id: CredentialID(rawValue: listed.id), isEnabled: listed.isEnabled,
                label: GoogleCredentialName(id: listed.id).label, holds: role,
                isOther: value != nil && role == nil && known.old != nil, secret: value)
        }
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard secret == nil else {
            throw AdapterError(
                .refused, code: "google-own-secret", message: "google: the server makes the secret")
        }
        guard let name = GoogleCredentialName(label: label) else {
            throw AdapterError(
                .refused, code: "google-label-unusable",
                message: "google: no credential id can be made from \(safeText(label))")
        }
        do throws(AdapterError) {
            let made = try await api.create(name.id)
            return CreatedCredential(id: CredentialID(rawValue: made.id), secret: made.value)
        } catch {
            throw try await limitOrSame(error)
        }
    }

    /// Google says RESOURCE_EXHAUSTED of requests and of things alike, and FAILED_PRECONDITION of
    /// much; so what it says of a full list is told by the list.
    private func limitOrSame(_ error: AdapterError) async throws(AdapterError) -> AdapterError {
        let mayBeLimit = ["RESOURCE_EXHAUSTED", "FAILED_PRECONDITION"].contains {
            error.message.contains($0)
        }
        guard mayBeLimit, error.provesNoEffect, !error.message.contains("RATE_LIMIT"),
            try await api.list().count >= capabilities.limit
        else { return error }
        return AdapterError(.limitReached, code: "google-limit-reached", message: error.message)
    }

    func disable(_ credential: CredentialID) async throws(AdapterError) {
        try await api.setDisabled(true, credential.rawValue)
    }

    func enable(_ credential: CredentialID) async throws(AdapterError) {
        try await api.setDisabled(false, credential.rawValue)
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        let listed = try await api.credentials()
        let doomed = listed.first { $0.id == credential.rawValue }
        let others = listed.filter { $0.id != credential.rawValue && $0.isEnabled }
        // A value that may not be seen may be the survivor's.
        guard others.contains(where: { $0.value?.matches(survivor) ?? true }) else {
            throw AdapterError(
                .conflict, code: "google-survivor-not-enabled",
                message: "google: the secret that must stay is not listed as enabled beside "
                    + safeText(credential.rawValue))
        }
        do throws(AdapterError) {
            // Only what is disabled is deleted. A list may lag, so what it lacks is tried too.
            if doomed?.isEnabled ?? true { try await disable(credential) }
            try await api.delete(credential.rawValue)
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
