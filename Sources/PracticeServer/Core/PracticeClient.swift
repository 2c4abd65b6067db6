/// A confidential client and its secrets, in either dialect.
struct PracticeClient: Sendable {
    let clientID: String
    /// Okta's app id, Keycloak's uuid.
    let internalID: String
    var authMethod: AuthMethod
    var isEnabled = true
    /// Scopes it may ask for.
    var scopes: Set<String>
    /// What its tokens may do to the admin API: Okta's `okta.*` scopes, Keycloak's roles.
    var grants: Set<String> = []
    var keys: ClientKeys?
    /// Entra's: the workload whose tokens stand for it.
    var federatedSubject: String?
    /// What exists, oldest first.
    private(set) var secrets: [PracticeSecret] = []
    /// What was removed; may be taken until the removal has propagated, and names late use.
    private(set) var retired: [PracticeSecret] = []
    private var snapshots: [(taken: Milliseconds, secrets: [PracticeSecret])] = []
    var keycloak = KeycloakFields()
    /// What else a vendor keeps of it, where updates replace that as a whole.
    var document: [String: JSONValue] = [:]

    init(
        clientID: String, internalID: String, authMethod: AuthMethod, scopes: Set<String>,
        created: Milliseconds
    ) {
        self.clientID = clientID
        self.internalID = internalID
        self.authMethod = authMethod
        self.scopes = scopes
        self.created = created
    }

    let created: Milliseconds

    func secret(_ id: String) -> PracticeSecret? { secrets.first { $0.id == id } }

    /// The secrets as a lagging read shows them.
    func secrets(seenAt now: Milliseconds, lag: Milliseconds) -> [PracticeSecret] {
        guard lag > 0 else { return secrets }
        return snapshots.last { $0.taken <= now - lag }?.secrets ?? []
    }
}

extension PracticeClient {
    /// What a presented secret turned out to be.
    struct Match {
        /// The secret with that value, alive or gone; `nil` when there never was one.
        let id: String?
        let isAccepted: Bool
    }

    func match(_ digest: SecretDigest, at now: Milliseconds) -> Match {
        var known: String?
        for secret in secrets + retired where secret.digest == digest {
            if secret.isAccepted(at: now), !keycloak.isExpired(at: now) {
                return Match(id: secret.id, isAccepted: true)
            }
            known = known ?? secret.id
        }
        return Match(id: known, isAccepted: false)
    }

    /// Adds a secret; the others' life is cut to `oldExpiresMs` if the settings say so.
    @discardableResult
    mutating func add(
        id: String, value: String, status: PracticeSecret.Status = .active, label: String? = nil,
        expires: Milliseconds? = nil, at now: Milliseconds, under settings: PracticeSettings
    ) -> PracticeSecret {
        // A client's first secret needs no propagation.
        let isNew = secrets.isEmpty && retired.isEmpty
        let acceptance =
            status == .active
            ? Acceptance.starting(
                at: now, after: isNew ? 0 : settings.propagationMs, flaps: settings.propagationFlaps
            )
            : Acceptance(false)
        if settings.oldExpiresMs > 0 {
            let end = now + settings.oldExpiresMs
            for index in secrets.indices {
                secrets[index].expires = min(secrets[index].expires ?? end, end)
            }
        }
        var secret = PracticeSecret(
            id: id, value: value, status: status, now: now, acceptance: acceptance)
        (secret.label, secret.expires) = (label, expires)
        secrets.append(secret)
        remember(at: now)
        return secret
    }

    mutating func setStatus(
        _ status: PracticeSecret.Status, of id: String, at now: Milliseconds,
        under settings: PracticeSettings
    ) {
        guard let index = secrets.firstIndex(where: { $0.id == id }) else { return }
        guard secrets[index].status != status else { return }
        secrets[index].status = status
        secrets[index].lastUpdated = now
        secrets[index].acceptance.change(
            to: status == .active, at: now, after: settings.propagationMs,
            flaps: settings.propagationFlaps)
        remember(at: now)
    }

    mutating func setExpiry(_ expires: Milliseconds?, of id: String) {
        guard let index = secrets.firstIndex(where: { $0.id == id }) else { return }
        secrets[index].expires = expires
    }

    mutating func remove(
        _ id: String, at now: Milliseconds, under settings: PracticeSettings
    ) {
        guard let index = secrets.firstIndex(where: { $0.id == id }) else { return }
        var secret = secrets.remove(at: index)
        secret.acceptance.change(
            to: false, at: now, after: settings.propagationMs, flaps: settings.propagationFlaps)
        retired.append(secret)
        if retired.count > 64 { retired.removeFirst() }
        remember(at: now)
    }

    private mutating func remember(at now: Milliseconds) {
        snapshots.append((now, secrets))
        if snapshots.count > 32 { snapshots.removeFirst() }
    }
}
