import ClientCredentials
import HTTPTransport
import RotationCore

/// PingFederate: one object with a first secret and secondary ones that end by themselves, which
/// the caller chooses and nobody sees again.
///
/// The new secret is made as a secondary one and takes the first place when the old one is deleted:
/// so the old one isn't touched before, and every write is one that the server documents. Which
/// secrets there are is found by trying those that are known; a list shows how many.
struct PingFederate: ProbedServer {
    /// The ids of secrets, which have no names at the server.
    enum Place {
        static let older = CredentialID(rawValue: "older")
        static let newer = CredentialID(rawValue: "newer")
    }

    let api: PingFederateAPI
    let probe: TokenProbe
    let issuer: String
    /// How long a new secret is good for, unless it takes the old one's place.
    let lifetime: Span

    static let capabilities = ServerCapabilities(
        shape: .list, limit: 2, origin: .client, recognition: .trial, canDisable: false,
        propagation: .minutes(5), expiry: .atCreation)

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try await api.admin.metadata(of: issuer)
            .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: "pingfederate")
        return TargetIdentity(
            rawValue: "pingfederate:\(issuer)#\(try await api.client().clientId)")
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        let secondary = try await api.secrets().secondary(at: api.now())
        var listed: [Credential] = []
        for (role, secret, place) in [
            (SecretRole.old, known.old, Place.older), (.new, known.new, Place.newer),
        ] {
            guard let secret, try await isAccepted(secret) else { continue }
            let end = role == .new && secondary.count == 1 ? secondary[0].end : nil
            listed.append(Credential(id: place, expiresAt: end, holds: role))
        }
        // Of the others nothing is known but that they are there.
        let others = max(0, 1 + secondary.count - listed.count)
        return listed
            + (0..<others).map { Credential(id: CredentialID(rawValue: "other-\($0 + 1)")) }
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard let secret else {
            throw refusal(.refused, "no-value", "the caller chooses the secret")
        }
        let now = api.now()
        let shown = try await api.secrets()
        guard shown.secondary(at: now).isEmpty else {
            throw refusal(.limitReached, "slot-occupied", Self.occupied)
        }
        // To the second, which is how it comes back.
        let end = Instant(milliseconds: (now + lifetime).milliseconds / 1_000 * 1_000)
        try await api.add(secret, until: end, beside: shown)
        try await assertSecondary(endAt: [end])
        return CreatedCredential(id: Place.newer, secret: nil, old: Place.older)
    }

    static let occupied =
        "the client has a secondary secret already, which ours would have to take the place of"

    /// Looks behind a write: nothing but a second look tells who wrote from an older one.
    private func assertSecondary(endAt ends: [Instant]) async throws(AdapterError) {
        do throws(AdapterError) {
            let held = try await api.secrets().secondary(at: api.now()).map(\.end)
            guard held == ends else {
                throw refusal(
                    .unknown, "overwritten", "the list isn't the one that was just written")
            }
        } catch {
            // It was written, whatever failed behind it.
            throw error.leavingDoubt
        }
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        guard [Place.older, Place.newer].contains(credential) else {
            throw refusal(
                .refused, "no-such-place", "there is no place \(safeText(credential.rawValue))")
        }
        guard try await isAccepted(survivor) else {
            throw refusal(
                .conflict, "survivor-refused", "the secret that must stay is refused already")
        }
        switch try await api.secrets().secondary(at: api.now()).count {
        case 0: return
        case 1: try await keepOnly(survivor)
        default:
            throw refusal(
                .conflict, "others-beside",
                "there are secondary secrets of somebody else, and which is ours isn't shown")
        }
    }

    /// Puts `survivor` in the first place, wherever it was; it is accepted before and after it.
    private func keepOnly(_ survivor: ClientSecret) async throws(AdapterError) {
        try await api.replace(with: survivor)
        do throws(AdapterError) {
            let shown = try await api.secrets()
            guard !shown.secondary(at: api.now()).isEmpty else { return }
            // The server is set to retain what was in the first place.
            try await api.dropSecondary(beside: shown)
        } catch {
            throw error.leavingDoubt
        }
        try await assertSecondary(endAt: [])
    }

    /// Of a client that isn't kept to some, the common scopes of the whole server would be needed.
    func scopes() async throws(AdapterError) -> Set<String>? {
        let client = try await api.client()
        guard client.restrictScopes ?? false else { return nil }
        return Set((client.restrictedScopes ?? []) + (client.exclusiveScopes ?? []))
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }

    private func isAccepted(_ secret: ClientSecret) async throws(AdapterError) -> Bool {
        try await probe.authenticate(with: secret, connection: .fresh) == .accepted
    }

    private func refusal(_ kind: AdapterError.Kind, _ code: String, _ reason: String)
        -> AdapterError
    {
        AdapterError(kind, code: "pingfederate-\(code)", message: "pingfederate: \(reason)")
    }
}
