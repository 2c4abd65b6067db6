import ClientCredentials
import HTTPTransport
import RotationCore

/// buntubi: any number of secrets that the server makes and shows once, without labels and without
/// a way to disable one.
///
/// Making one gives all others an end, 24 hours later, that nothing takes away again. So a new
/// secret that was used is not withdrawn: what stays would end by itself, and nobody would notice
/// before that. One that nobody used goes, since it is what a lost answer left behind.
struct Buntubi: ProbedServer {
    let api: BuntubiAPI
    let probe: TokenProbe
    let issuer: String
    /// How long the plan needs both secrets, at least, from the creation on.
    let need: Span
    /// Whether the plan says that nobody else makes secrets for the client.
    let isExclusive: Bool

    /// How long the secrets that were there are accepted beside a new one.
    static let grace = Span.hours(24)

    static let capabilities = ServerCapabilities(
        shape: .list, limit: .max, origin: .server, recognition: .time, canDisable: false,
        canWithdraw: false, propagation: .seconds(10), expiry: .onceReplaced, telemetry: .secret)

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try await api.admin.metadata(of: issuer)
            .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: "buntubi")
        return TargetIdentity(rawValue: "buntubi:\(issuer)#\(api.clientID)")
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        let listed = try await api.secrets()
        return listed.map { entry in
            let role = known.role(where: entry.mayBe)
            let isSole = listed.filter { $0.prefix == entry.prefix }.count == 1
            let isTold = isSole && entry.isTelling
            return Credential(
                id: CredentialID(rawValue: entry.id),
                createdAt: BuntubiSecret.moment(entry.createdAt),
                expiresAt: entry.expiresAt.flatMap(BuntubiSecret.moment),
                holds: isTold ? role : nil, isOther: role == nil && known.old != nil,
                lastUsedAt: entry.lastUsedAt.flatMap(BuntubiSecret.moment))
        }
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard secret == nil else {
            throw refusal(.refused, "own-secret", "the server makes the secret")
        }
        let made = try await api.create()
        return CreatedCredential(id: CredentialID(rawValue: made.id), secret: made.value)
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        let id = credential.rawValue
        let listed = try await api.secrets()
        let stays = listed.filter { $0.id != id && $0.mayBe(survivor) }
        guard !stays.isEmpty else {
            throw refusal(
                .conflict, "survivor-not-listed",
                "the secret that must stay is not listed beside \(safeText(id))")
        }
        // The server would delete the last one too, and a prefix is no proof.
        guard case .accepted = try await probe.authenticate(with: survivor, connection: .fresh)
        else {
            throw refusal(
                .conflict, "survivor-refused",
                "the secret that must stay is refused beside \(safeText(id))")
        }
        if let doomed = listed.first(where: { $0.id == id }), doomed.lastUsedAt != nil,
            !stays.contains(where: { $0.lasts(asLongAs: doomed) })
        {
            throw outlives(stays)
        }
        // A list may lag, so what it lacks is tried too.
        try await api.delete(id)
    }

    /// Nothing was sent; a person must know until when there is time.
    private func outlives(_ stays: [BuntubiSecret]) -> AdapterError {
        let end = safeText(stays.compactMap(\.expiresAt).max() ?? "a time")
        return refusal(
            .refused, "survivor-ends",
            "making a secret gave the old one an end, which nothing takes away: it is accepted "
                + "until \(end), and the client would have none after that; go forward before then")
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }

    private func refusal(_ kind: AdapterError.Kind, _ code: String, _ reason: String)
        -> AdapterError
    {
        AdapterError(kind, code: "buntubi-\(code)", message: "buntubi: \(reason)")
    }
}
