import ClientCredentials
import HTTPTransport
import RotationCore

/// Okta: a list of at most two secrets with ids, recognised by their hash, and disabled before they
/// are deleted.
///
/// The caller makes those of applications, and Okta those of API service integrations.
struct Okta: ProbedServer {
    let api: OktaAPI
    let log: OktaLog
    let grants: OktaGrants
    let probe: TokenProbe
    let issuer: String
    /// Whether the plan says that nobody else makes secrets for the client.
    var isExclusive = false

    var kind: OktaKind { api.kind }
    var capabilities: ServerCapabilities { kind.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        var response = try await api.admin.open("\(issuer)/.well-known/oauth-authorization-server")
        if response.status == 404 {
            response = try await api.admin.open("\(issuer)/.well-known/openid-configuration")
        }
        guard response.status == 200 else { throw api.admin.error(response, .read) }
        try api.admin.decode(ServerMetadata.self, response, .read)
            .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: kind.type)
        return TargetIdentity(rawValue: "\(kind.type):\(issuer)#\(api.admin.address)/\(api.appID)")
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
        switch (secret, kind.capabilities.origin) {
        case (let secret?, .client):
            let made = try await api.create(secret)
            return CreatedCredential(id: CredentialID(rawValue: made.id), secret: nil)
        case (nil, .server):
            let (made, value) = try await api.create()
            return CreatedCredential(id: CredentialID(rawValue: made.id), secret: value)
        case (nil, .client): throw refusal("no-secret", "the caller makes the secret")
        case (_, .server): throw refusal("own-secret", "Okta makes the secret")
        }
    }

    private func refusal(_ code: String, _ reason: String) -> AdapterError {
        AdapterError(
            .refused, code: "\(kind.type)-\(code)", message: "\(kind.type): \(reason)")
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
                .conflict, code: "\(kind.type)-survivor-not-active",
                message: "\(kind.type): the secret that must stay is not listed as active beside "
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

    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations? {
        do throws(AdapterError) {
            return try await log.presentations(since: moment)
        } catch {
            throw error.about("the System Log")
        }
    }

    func scopes() async throws(AdapterError) -> Set<String>? { try await grants.scopes() }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }
}
