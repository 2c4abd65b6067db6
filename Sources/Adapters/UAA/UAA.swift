import ClientCredentials
import HTTPTransport
import RotationCore

/// Cloud Foundry UAA: at most two secrets, which the caller chooses, by their age and without ids.
///
/// Nothing is ever listed: which secrets there are is found by trying those that are known. The
/// server's only deletion drops the older one, whichever that is.
struct UAA: ProbedServer {
    /// The places of the secrets, which are their ids.
    enum Place {
        static let older = CredentialID(rawValue: "older")
        static let newer = CredentialID(rawValue: "newer")
    }

    let api: UAAAPI
    let probe: TokenProbe
    let issuer: String
    /// How long a token lives where the client's own registration doesn't say.
    let tokenLifetime: Span

    static let capabilities = ServerCapabilities(
        shape: .list, limit: 2, origin: .client, recognition: .trial, canDisable: false,
        propagation: .minutes(1))

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        let metadata = try await api.admin.metadata(of: issuer)
        // UAA calls its token endpoint its issuer.
        try metadata.assert(
            issuer: metadata.issuer, tokenEndpoint: probe.endpoint.url, for: "uaa")
        let zone = api.admin.headers[UAAAPI.zoneHeader].map { "@\($0)" } ?? ""
        return TargetIdentity(rawValue: "uaa:\(metadata.issuer)\(zone)#\(probe.clientID)")
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        // Throws where there is no such client: nothing accepted must not look like nothing there.
        _ = try await api.client()
        var listed: [Credential] = []
        for (role, secret, place) in [
            (SecretRole.old, known.old, Place.older), (.new, known.new, Place.newer),
        ] {
            guard let secret else { continue }
            if try await isAccepted(secret) { listed.append(Credential(id: place, holds: role)) }
        }
        return listed
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard let secret else {
            throw refusal(.refused, "no-secret", "the caller chooses the secret")
        }
        try await api.add(secret)
        return CreatedCredential(id: Place.newer, secret: nil, old: Place.older)
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        guard try await isAccepted(survivor) else {
            throw refusal(
                .conflict, "survivor-refused", "the secret that must stay is refused already")
        }
        switch credential {
        case Place.older: try await dropOlder(keeping: survivor)
        // Nothing drops the newer one alone; in its place and the older one's comes the older.
        case Place.newer: try await api.replaceAll(with: survivor)
        default:
            throw refusal(
                .refused, "no-such-place", "there is no place \(safeText(credential.rawValue))")
        }
    }

    /// Drops the older one and sees the survivor accepted.
    ///
    /// Where somebody turned the two round in the meantime, the survivor is put back at once; it is
    /// refused in between, for as long as two requests take.
    private func dropOlder(keeping survivor: ClientSecret) async throws(AdapterError) {
        try await api.deleteOlder()
        do throws(AdapterError) {
            if try await isAccepted(survivor) { return }
            try await api.replaceAll(with: survivor)
        } catch {
            // A secret was dropped, whatever failed behind it.
            throw error.leavingDoubt
        }
    }

    func scopes() async throws(AdapterError) -> Set<String>? {
        try await api.client().authorities.map(Set.init)
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }

    private func isAccepted(_ secret: ClientSecret) async throws(AdapterError) -> Bool {
        try await probe.authenticate(with: secret, connection: .fresh) == .accepted
    }

    func refusal(_ kind: AdapterError.Kind, _ code: String, _ reason: String) -> AdapterError {
        AdapterError(kind, code: "uaa-\(code)", message: "uaa: \(reason)")
    }
}
