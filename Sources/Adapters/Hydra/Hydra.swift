import ClientCredentials
import HTTPTransport
import RotationCore

/// Ory Hydra with secret rotation: the secret in force and up to five retained ones, none of which
/// is ever shown again.
///
/// Which of the known secrets there are is found by trying them. Hydra's own way to drop retained
/// secrets keeps whichever was made last, which after a lost answer may be one that nobody knows;
/// so a secret is put in force by its value instead, which drops all others.
struct Hydra: ProbedServer {
    /// The names of the slots, which are the ids of their secrets.
    enum Slot {
        static let current = CredentialID(rawValue: "current")
        static let retained = CredentialID(rawValue: "retained")
    }

    let api: HydraAPI
    let probe: TokenProbe
    /// The public address.
    let issuer: String
    /// Whether the plan says that nobody else makes secrets for this client.
    let isExclusive: Bool

    static let capabilities = ServerCapabilities(
        shape: .twoSlots, limit: 6, origin: .server, recognition: .trial, canDisable: false,
        propagation: .minutes(1))

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        let metadata = try await api.admin.metadata(of: issuer)
        // Older ones write their issuer with a slash at the end.
        guard metadata.issuer == issuer || metadata.issuer == "\(issuer)/" else {
            throw AdapterError(
                .wrongTarget, code: "hydra-other-issuer",
                message: "hydra: the server calls itself \(safeText(metadata.issuer))")
        }
        try metadata.assert(
            issuer: metadata.issuer, tokenEndpoint: probe.endpoint.url, for: "hydra")
        return TargetIdentity(rawValue: "hydra:\(issuer)#\(try await api.client().clientID)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            let client = try await api.client()
            let method = client.authMethod ?? "client_secret_basic"
            if !["client_secret_basic", "client_secret_post"].contains(method) {
                findings.append(problem("no-secret", "the client uses \(safeText(method))"))
            }
            if let grants = client.grantTypes, !grants.contains("client_credentials") {
                findings.append(
                    problem("no-client-credentials", "so no secret of the client can be tried"))
            }
        } catch {
            findings.append(try error.finding())
        }
        if !isExclusive {
            findings.append(
                problem(
                    "not-exclusive",
                    "retained secrets can't be told apart, so those of others would go with ours: "
                        + "say exclusive: true where nobody else rotates this client"))
        }
        return findings
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(.problem, code: "hydra-\(code)", message: "hydra: \(reason)")
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        // Throws where there is no such client: nothing accepted must not look like nothing there.
        _ = try await api.client()
        var listed: [Credential] = []
        if let new = known.new, try await isAccepted(new) {
            listed.append(Credential(id: Slot.current, holds: .new))
        }
        if let old = known.old, try await isAccepted(old) {
            let slot = listed.isEmpty ? Slot.current : Slot.retained
            listed.append(Credential(id: slot, holds: .old))
        }
        return listed
    }

    private func isAccepted(_ secret: ClientSecret) async throws(AdapterError) -> Bool {
        try await probe.authenticate(with: secret, connection: .fresh) == .accepted
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard secret == nil else {
            throw AdapterError(
                .refused, code: "hydra-own-secret", message: "hydra: the server makes the secret")
        }
        return CreatedCredential(
            id: Slot.current, secret: try await api.rotate(), old: Slot.retained)
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        guard [Slot.current, Slot.retained].contains(credential) else {
            throw AdapterError(
                .refused, code: "hydra-no-such-slot",
                message: "hydra: there is no slot \(safeText(credential.rawValue))")
        }
        guard try await isAccepted(survivor) else {
            throw AdapterError(
                .conflict, code: "hydra-survivor-refused",
                message: "hydra: the secret that must stay is refused already")
        }
        try await api.put(survivor)
    }

    func scopes() async throws(AdapterError) -> Set<String>? {
        try await api.client().scope.map { Set($0.split(separator: " ").map(String.init)) }
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }
}
