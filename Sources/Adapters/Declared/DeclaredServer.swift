import RotationCore

/// A server of somebody's own, whose capabilities the plan declares.
///
/// Whatever was declared, nothing is deleted unless another secret stays listed.
struct DeclaredServer: ProbedServer {
    let backend: any DeclaredBackend
    let probe: TokenProbe
    let capabilities: ServerCapabilities
    let now: @Sendable () -> Instant

    func identity() async throws(AdapterError) -> TargetIdentity {
        let name = try await backend.identity()
        guard !name.isEmpty else {
            throw AdapterError(
                .wrongTarget, code: "\(backend.adapter)-no-identity",
                message: "\(backend.adapter): the server doesn't say who it is")
        }
        return TargetIdentity(rawValue: "\(backend.adapter):\(name)#\(probe.clientID)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        do throws(AdapterError) {
            let found = try await backend.findings(overlap: overlap)
            _ = try await backend.secrets()
            return found
        } catch {
            return [try error.finding()]
        }
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        let now = now()
        let secrets = try await backend.secrets()
        let tried = capabilities.recognition == .trial ? try await tried(known) : nil
        return secrets.compactMap { listed in
            if let end = listed.expiresAt, end <= now { return nil }
            let role = listed.value.map { value in known.role(where: value.matches) } ?? tried
            let plain: ClientSecret? =
                if case .plain(let secret) = listed.value { secret } else { nil }
            return Credential(
                id: CredentialID(rawValue: listed.id), isEnabled: listed.isEnabled,
                createdAt: listed.createdAt, expiresAt: listed.expiresAt, label: listed.label,
                holds: role, isOther: listed.value != nil && role == nil && known.old != nil,
                secret: plain)
        }
    }

    /// Which of the known secrets the token endpoint takes; it is the one that is listed.
    private func tried(_ known: KnownSecrets) async throws(AdapterError) -> SecretRole? {
        for (role, secret) in [(SecretRole.new, known.new), (.old, known.old)] {
            guard let secret else { continue }
            if try await probe.authenticate(with: secret, connection: .fresh) == .accepted {
                return role
            }
        }
        return nil
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        let created = try await backend.create(secret, label: label)
        guard secret != nil || created.secret != nil else {
            throw CallOutcome(adapter: backend.adapter).unreadable(
                .creation, "the answer to the creation has no value")
        }
        return created
    }

    func disable(_ credential: CredentialID) async throws(AdapterError) {
        try await backend.change(.disable, credential.rawValue, keeping: nil)
    }

    func enable(_ credential: CredentialID) async throws(AdapterError) {
        try await backend.change(.enable, credential.rawValue, keeping: nil)
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        guard capabilities.shape == .list else {
            // Only the server knows its slots.
            return try await backend.change(.delete, credential.rawValue, keeping: survivor)
        }
        let listed = try await backend.secrets()
        guard listed.contains(where: { $0.id == credential.rawValue }) else { return }
        let others = listed.filter { $0.id != credential.rawValue }
        // Where values are shown, the survivor must be among them; else there must be another.
        guard others.contains(where: { $0.isEnabled && $0.value?.matches(survivor) ?? true }) else {
            throw AdapterError(
                .conflict, code: "\(backend.adapter)-survivor-not-listed",
                message: "\(backend.adapter): the secret that must stay is not listed beside "
                    + safeText(credential.rawValue))
        }
        try await backend.change(.delete, credential.rawValue, keeping: survivor)
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }
}
