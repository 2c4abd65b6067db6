import ClientCredentials
import HTTPTransport
import RotationCore

/// WSO2 Identity Server 7: a short list of secrets that the server makes, of which the newest is
/// never deleted, without labels and without a way to disable one.
///
/// What a list shows of a value depends on how the server keeps it. It is believed to be in clear
/// only where a secret that is known is among what is shown: a hash must not be taken for one.
struct WSO2: ProbedServer {
    let api: WSO2API
    let probe: TokenProbe
    let issuer: String
    /// How many secrets the server allows an application.
    let limit: Int
    /// How long a new secret is good for; nil is for ever.
    let lifetime: Span?
    /// From the end of one rotation to the start of the next; nil only by hand.
    let period: Span?
    /// Whether the plan says that nobody else makes secrets for the client.
    let isExclusive: Bool

    static let capabilities = ServerCapabilities(
        shape: .list, limit: 2, origin: .server, recognition: .time, canDisable: false,
        canWithdraw: false, propagation: .minutes(5), expiry: .atCreation)

    var capabilities: ServerCapabilities {
        var capabilities = Self.capabilities
        capabilities.limit = limit
        return capabilities
    }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try await api.admin.metadata(of: issuer)
            .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: "wso2")
        return TargetIdentity(rawValue: "wso2:\(issuer)#\(try await api.applicationID())")
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        let now = api.now()
        let listed = try await api.secrets()
        let secrets = [known.old, known.new].compactMap { $0 }
        let isClear = listed.contains { entry in secrets.contains(where: entry.shows) }
        return listed.filter { $0.isActive(at: now) }.map { entry in
            let value = isClear ? entry.secretValue.map { ClientSecret($0) } : nil
            let role = value.flatMap { value in known.role { $0.matches(value) } }
            return Credential(
                id: CredentialID(rawValue: entry.secretId), createdAt: entry.made,
                expiresAt: entry.end, holds: role,
                isOther: value != nil && role == nil && known.old != nil, secret: value)
        }
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard secret == nil else {
            throw refusal(.refused, "own-secret", "the server makes the secret")
        }
        let made = try await api.create(until: lifetime.map { api.now() + $0 })
        return CreatedCredential(
            id: CredentialID(rawValue: made.secretId),
            secret: made.secretValue.map { ClientSecret($0) })
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        let listed = try await api.secrets()
        guard let victim = listed.first(where: { $0.secretId == credential.rawValue }) else {
            return
        }
        guard !victim.latest else { throw undeletable(victim) }
        let others = listed.filter { $0.secretId != victim.secretId }
        let isShown = victim.shows(survivor) || others.contains { $0.shows(survivor) }
        let now = api.now()
        let mayStay = others.contains { other in
            other.isActive(at: now) && (!isShown || other.shows(survivor))
        }
        guard mayStay else {
            throw refusal(
                .conflict, "survivor-not-listed",
                "the secret that must stay is not listed beside \(safeText(victim.secretId))")
        }
        guard try await api.delete(victim.secretId) else { throw undeletable(victim) }
    }

    /// Nothing was changed; a person must know what makes it deletable.
    private func undeletable(_ victim: WSO2Secret) -> AdapterError {
        refusal(
            .refused, "latest-undeletable",
            "WSO2 never deletes the newest secret, which \(safeText(victim.secretId)) is: all "
                + "stay accepted. It can go once a newer one was made; the server allows "
                + "\(limit) in all"
        )
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }

    private func refusal(_ kind: AdapterError.Kind, _ code: String, _ reason: String)
        -> AdapterError
    {
        AdapterError(kind, code: "wso2-\(code)", message: "wso2: \(reason)")
    }
}
