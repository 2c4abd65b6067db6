import ClientCredentials
import HTTPTransport
import RotationCore

/// Keycloak with a secret-rotation policy: the secret in force and a retained one, both readable.
///
/// Creating moves the slots, so it is never repeated "to be sure": a second one would push the old
/// secret out. Where an answer is lost, the slots are read.
struct Keycloak: ProbedServer {
    /// The names of the slots, which are the ids of their secrets.
    enum Slot {
        static let current = CredentialID(rawValue: "current")
        static let rotated = CredentialID(rawValue: "rotated")
    }

    let api: KeycloakAPI
    let probe: TokenProbe
    let issuer: String
    let now: @Sendable () -> Instant
    /// Whether the realm's login events are read, for who uses the rotated secret.
    var readsEvents = true

    static let capabilities = ServerCapabilities(
        shape: .twoSlots, limit: 2, origin: .server, recognition: .value, canDisable: false,
        propagation: .minutes(1), expiry: .onceReplaced, telemetry: .retained,
        events: .named)

    var capabilities: ServerCapabilities {
        var own = Self.capabilities
        if !readsEvents { (own.telemetry, own.events) = (.none, .none) }
        return own
    }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try await api.admin.metadata(of: issuer)
            .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: "keycloak")
        return TargetIdentity(rawValue: "keycloak:\(issuer)#\(try await api.client().id)")
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        let client = try await api.client()
        var listed: [Credential] = []
        if let current = try await api.current(client), !isOver(client.expiresAt) {
            listed.append(
                credential(Slot.current, current, client.createdAt, client.expiresAt, known))
        }
        // The expiry of the secret in force ends both.
        let end = [client.rotatedExpiresAt, client.expiresAt].compactMap { $0 }.min()
        if let rotated = try await api.rotated(client), !isOver(end) {
            listed.append(
                credential(
                    Slot.rotated, rotated, client.rotatedCreatedAt, end, known,
                    try await lastUse(of: client)))
        }
        return listed
    }

    private func credential(
        _ slot: CredentialID, _ secret: ClientSecret, _ createdAt: Instant?, _ expiresAt: Instant?,
        _ known: KnownSecrets, _ lastUsedAt: Instant? = nil
    ) -> Credential {
        Credential(
            id: slot, createdAt: createdAt, expiresAt: expiresAt,
            holds: known.role(where: secret.matches), secret: secret, lastUsedAt: lastUsedAt)
    }

    /// When the rotated secret was last used; nil where nothing tells, and where the events may not
    /// be read: a rotation does without.
    private func lastUse(of client: KeycloakClient) async throws(AdapterError) -> Instant? {
        guard readsEvents else { return nil }
        do throws(AdapterError) {
            return try await api.lastUseOfRotated(since: client.rotatedCreatedAt)
        } catch {
            if case .unavailable = error.kind { throw error }
            return nil
        }
    }

    private func isOver(_ end: Instant?) -> Bool { end.map { $0 <= now() } ?? false }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard secret == nil else {
            throw refusal(.refused, "own-secret", "the server makes the secret")
        }
        let client = try await api.client()
        guard let old = try await api.current(client) else {
            throw refusal(.refused, "no-secret", "the client has no secret to rotate")
        }
        if try await api.rotated(client) != nil, !isOver(client.rotatedExpiresAt) {
            throw refusal(.limitReached, "slot-occupied", "an earlier rotated secret still lives")
        }
        let made = try await api.regenerate(client)
        try await assertOverlap(of: old, client)
        return CreatedCredential(id: Slot.current, secret: made, old: Slot.rotated)
    }

    /// The server must have kept the old secret; where it hasn't, it gets it back at once.
    ///
    /// Consumers are locked out in between, for as long as two requests take. `check` finds a
    /// missing policy before it comes to this.
    private func assertOverlap(of old: ClientSecret, _ client: KeycloakClient)
        async throws(AdapterError)
    {
        do throws(AdapterError) {
            if try await api.rotated(client)?.matches(old) ?? false { return }
            try await api.put(old, client)
            guard try await api.current(client)?.matches(old) ?? false else {
                throw refusal(.unknown, "old-lost", "the old secret is gone and can't be put back")
            }
        } catch {
            // A secret was made, whatever failed behind it. The slots tell.
            throw error.leavingDoubt
        }
        throw refusal(
            .refused, "no-overlap",
            "the server did not keep the old secret beside the new one; it was put back at once")
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        let client = try await api.client()
        switch credential {
        case Slot.rotated: try await revoke(client, keeping: survivor)
        case Slot.current: try await withdraw(client, to: survivor)
        default:
            throw refusal(
                .refused, "no-such-slot", "there is no slot \(safeText(credential.rawValue))")
        }
    }

    private func revoke(_ client: KeycloakClient, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        guard try await api.current(client)?.matches(survivor) ?? false else {
            throw refusal(
                .conflict, "survivor-not-current",
                "the secret that must stay is not the one in force")
        }
        try await api.deleteRotated(client)
    }

    /// Puts `old` back in force.
    ///
    /// It is accepted at every instant: as the rotated secret before, as both in between, as the
    /// one in force after.
    private func withdraw(_ client: KeycloakClient, to old: ClientSecret)
        async throws(AdapterError)
    {
        if try await !(api.current(client)?.matches(old) ?? false) {
            guard !isOver(client.expiresAt) else {
                // On an update, the server makes yet another secret over the one that is put.
                throw refusal(
                    .refused, "expired", "the secret in force has expired; nothing was changed")
            }
            try await api.put(old, client)
            guard try await api.current(client)?.matches(old) ?? false else {
                throw refusal(
                    .unknown, "withdraw-overruled", "the server holds another secret than was put")
            }
        }
        try await api.deleteRotated(client)
    }

    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations? {
        try await api.presentations(since: moment, at: now())
    }

    func scopes() async throws(AdapterError) -> Set<String>? {
        let client = try await api.client()
        guard let always = client.defaultClientScopes else { return nil }
        return Set(always + (client.optionalClientScopes ?? []))
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }

    private func refusal(_ kind: AdapterError.Kind, _ code: String, _ reason: String)
        -> AdapterError
    {
        AdapterError(kind, code: "keycloak-\(code)", message: "keycloak: \(reason)")
    }
}
