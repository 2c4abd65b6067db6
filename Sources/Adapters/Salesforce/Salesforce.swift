import ClientCredentials
import HTTPTransport
import RotationCore

/// Salesforce external client apps: a consumer's own key and secret, and one set that is staged
/// beside them and accepted as well.
///
/// Salesforce makes both, and shows them again.
///
/// **The key is the `client_id`, and each set has its own**: so keys are the ids of credentials,
/// and whoever gets a new secret must get its key with it.
struct Salesforce: ProbedServer {
    let api: SalesforceAPI
    let probe: TokenProbe
    let issuer: String
    /// The key that the admin logs in with.
    let adminKey: String

    /// Salesforce takes a staged set away after that.
    static let stagedFor = Span.hours(30 * 24)

    static let capabilities = ServerCapabilities(
        shape: .list, limit: 2, origin: .server, recognition: .value, canDisable: false,
        propagation: .minutes(10), expiry: .atCreation, namesClients: true)

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try await api.admin.metadata(of: issuer)
            .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: "salesforce")
        let consumer = try await api.consumer()
        return TargetIdentity(rawValue: "salesforce:\(issuer)#\(api.appID)/\(consumer)")
    }

    /// A consumer with its own set, and what is staged.
    private struct Sets {
        let consumer: String
        let primary: SalesforceCredential
        let staged: [SalesforceCredential]

        var accepted: [SalesforceCredential] { [primary] + staged.filter { !$0.isOver } }
    }

    private func sets() async throws(AdapterError) -> Sets {
        let consumer = try await api.consumer()
        return Sets(
            consumer: consumer, primary: try await api.primary(of: consumer),
            staged: try await api.staged(of: consumer))
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        try await sets().accepted.map { set in
            let role = set.value.flatMap { value in known.role(where: value.matches) }
            return Credential(
                id: CredentialID(rawValue: set.key),
                createdAt: set.createdDate.flatMap(Instant.init(rfc3339:)),
                expiresAt: set.expirationDate.flatMap(Instant.init(rfc3339:)), holds: role,
                isOther: set.value != nil && role == nil && known.old != nil, secret: set.value)
        }
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard secret == nil else {
            throw refusal(.refused, "own-secret", "Salesforce makes the secret")
        }
        let sets = try await sets()
        guard sets.primary.key != adminKey else {
            throw refusal(.refused, "own-app", Self.ownApp)
        }
        guard sets.staged.isEmpty else { throw refusal(.limitReached, "staged", Self.occupied) }
        let made = try await api.stage(at: sets.consumer)
        return CreatedCredential(id: CredentialID(rawValue: made.key), secret: made.value)
    }

    static let ownApp = "the admin logs in with the app that is to be rotated"
    static let occupied = "a set is staged already; Salesforce allows one"

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        let sets = try await sets()
        if let doomed = sets.staged.first(where: { $0.key == credential.rawValue }) {
            guard sets.primary.value?.matches(survivor) ?? false else { throw unsafe(credential) }
            return try await api.delete(doomed.id, of: sets.consumer)
        }
        guard sets.primary.key == credential.rawValue else { return }
        // Only what is staged can be deleted, so the survivor changes places with it first. Both
        // are accepted before, in between and, until it is deleted, after.
        let next = sets.staged.first { !$0.isOver && $0.value?.matches(survivor) ?? false }
        guard let next else { throw unsafe(credential) }
        try await api.rotate(next.id, of: sets.consumer)
        do throws(AdapterError) {
            let staged = try await api.staged(of: sets.consumer)
            guard let doomed = staged.first(where: { $0.key == credential.rawValue }) else {
                throw refusal(.unknown, "not-staged", "what was in force isn't staged after it")
            }
            try await api.delete(doomed.id, of: sets.consumer)
        } catch {
            // They have changed places, whatever failed behind it.
            throw error.leavingDoubt
        }
    }

    private func unsafe(_ credential: CredentialID) -> AdapterError {
        refusal(
            .conflict, "survivor-not-listed",
            "the secret that must stay isn't the other one beside "
                + safeText(credential.rawValue))
    }

    /// Asks with the key that is listed with `secret`; where none is, with each that is listed and
    /// with the plan's own, since a key that is gone must be refused as well.
    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        let listed = try await sets().accepted
        if let own = listed.first(where: { $0.value?.matches(secret) ?? false }) {
            return try await probe.with(clientID: own.key)
                .authenticate(with: secret, connection: connection)
        }
        let others = listed.map(\.key).filter { $0 != probe.clientID }
        var result = try await probe.authenticate(with: secret, connection: connection)
        for key in others where result != .accepted {
            result = try await probe.with(clientID: key)
                .authenticate(with: secret, connection: connection)
        }
        return result
    }

    /// Asks with the key that the secret was made with, which is its id: so one that is gone is
    /// refused for itself, and for no other reason.
    func authenticate(
        with secret: ClientSecret, of credential: CredentialID?, connection: ProbeConnection
    ) async throws(AdapterError) -> AuthenticationResult {
        guard let key = credential?.rawValue else {
            return try await authenticate(with: secret, connection: connection)
        }
        return try await probe.with(clientID: key)
            .authenticate(with: secret, connection: connection)
    }

    private func refusal(_ kind: AdapterError.Kind, _ code: String, _ reason: String)
        -> AdapterError
    {
        AdapterError(kind, code: "salesforce-\(code)", message: "salesforce: \(reason)")
    }
}

extension TokenProbe {
    /// The same for a client with another id.
    func with(clientID: String) -> TokenProbe {
        TokenProbe(
            adapter: adapter, endpoint: endpoint, clientID: clientID, method: method, http: http,
            isRefusal: isRefusal, isAcceptance: isAcceptance)
    }
}
