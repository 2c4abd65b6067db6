import RotationCore

/// The world's authorization server, of any class.
struct WorldServer: AuthorizationServer {
    let world: World
    var capabilities: ServerCapabilities { world.configuration.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try await world.call(.identity) { _ in TargetIdentity(rawValue: "fake-issuer") }
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        try await world.call(.preflight) { _ in [] }
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        let capabilities = capabilities
        return try await world.call(.credentials) { state in
            if capabilities.shape == .single { return only(known, state) }
            if capabilities.shape == .pair { return paired(known, state) }
            if capabilities.recognition == .trial { return tried(known, state) }
            return state.secrets.filter { secret in
                secret.listedFrom <= state.now && secret.expiresAt ?? .max > state.now
            }.map { secret in
                let isShown = capabilities.recognition == .value
                return Credential(
                    id: secret.id, isEnabled: secret.isEnabled,
                    label: capabilities.recognition == .label ? secret.label : nil,
                    holds: isShown ? known.role { $0.matches(ClientSecret(secret.value)) } : nil,
                    secret: isShown && capabilities.shape == .twoSlots
                        ? ClientSecret(secret.value) : nil,
                    lastUsedAt: capabilities.telemetry == .secret
                        ? state.uses[secret.value].map(Instant.init(milliseconds:)) : nil)
            }
        }
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        let (capabilities, configuration) = (capabilities, world.configuration)
        let lag = configuration.lag.milliseconds
        return try await world.call(.create) { state throws(AdapterError) in
            if capabilities.shape == .single { return replace(by: secret, &state) }
            if capabilities.recognition == .trial { return try createTried(secret, &state) }
            state.made += 1
            let value =
                secret?.withPlaintext { $0 }
                ?? "made-by-server-canary-\(state.made)-000000000000000000000000"
            var made = WorldSecret(
                id: CredentialID(rawValue: "s\(state.made)"), value: value, owner: .ours,
                label: label, acceptedFrom: state.now + lag,
                listedFrom: state.now + configuration.listLag.milliseconds)
            if capabilities.shape == .twoSlots {
                try Self.moveSlots(&state)
                made = WorldSecret(
                    id: CredentialID(rawValue: "current"), value: value, owner: .ours,
                    acceptedFrom: state.now + lag)
            } else if state.secrets.count >= capabilities.limit {
                throw AdapterError(.limitReached, code: "fake-limit", message: "fake: limit")
            }
            if let span = configuration.oldExpiresAfter {
                for index in state.secrets.indices where state.secrets[index].owner == .original {
                    state.secrets[index].expiresAt =
                        state.secrets[index].expiresAt ?? state.now + span.milliseconds
                }
            }
            state.secrets.append(made)
            Self.checkUnrecorded(&state)
            return CreatedCredential(
                id: made.id, secret: secret == nil ? ClientSecret(value) : nil,
                old: capabilities.shape == .twoSlots ? CredentialID(rawValue: "rotated") : nil)
        }
    }

    /// A second rotation pushes the previous secret out, as Keycloak does.
    private static func moveSlots(_ state: inout WorldState) throws(AdapterError) {
        state.secrets.removeAll { $0.id.rawValue == "rotated" }
        state.secrets = state.secrets.map { secret in
            WorldSecret(
                id: CredentialID(rawValue: "rotated"), value: secret.value, owner: secret.owner)
        }
    }

    /// Invariant 7: at most one secret of ours that nobody recorded, beside the recorded one.
    private static func checkUnrecorded(_ state: inout WorldState) {
        let ours = state.secrets.filter { $0.owner == .ours }.count
        if ours > 1 + state.repetitions {
            state.violations.append("call \(state.calls): \(ours) secrets of ours")
        }
    }

    func disable(_ credential: CredentialID) async throws(AdapterError) {
        try await set(credential, .disable, isEnabled: false)
    }

    func enable(_ credential: CredentialID) async throws(AdapterError) {
        try await set(credential, .enable, isEnabled: true)
    }

    private func set(_ id: CredentialID, _ call: Call, isEnabled: Bool) async throws(AdapterError) {
        try await world.call(call) { state throws(AdapterError) in
            guard let index = state.secrets.firstIndex(where: { $0.id == id }) else {
                throw AdapterError(.missing, code: "fake-missing", message: "fake: no \(id)")
            }
            if state.secrets[index].owner == .foreign {
                state.violations.append("call \(state.calls): \(call) of a foreign secret")
            }
            if !isEnabled { state.checkOverlap(before: call, of: state.secrets[index]) }
            state.secrets[index].isEnabled = isEnabled
        }
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        let (isTwoSlots, canWithdraw) = (
            capabilities.shape == .twoSlots, capabilities.canWithdraw
        )
        let isTried = capabilities.recognition == .trial
        let (isSingle, isPair) = (capabilities.shape == .single, capabilities.shape == .pair)
        try await world.call(.delete) { state throws(AdapterError) in
            if isSingle { return try putBack(survivor, &state) }
            if isPair { return try throwAway(credential, &state) }
            if isTried { return deleteTried(credential, survivor, &state) }
            let victim = state.secrets.first { $0.id == credential }
            if !canWithdraw, victim != nil, credential == state.secrets.last?.id {
                throw AdapterError(.refused, code: "fake-newest", message: "fake: the newest stays")
            }
            state.checkOverlap(before: .delete, of: victim)
            if victim?.owner == .foreign {
                state.violations.append("call \(state.calls): a foreign secret was deleted")
            }
            if isTwoSlots, credential.rawValue == "current" {
                // Putting the survivor in front is how the new one is withdrawn.
                let value = survivor.withPlaintext { $0 }
                state.secrets = [
                    WorldSecret(
                        id: CredentialID(rawValue: "current"), value: value, owner: .original)
                ]
            } else {
                state.secrets.removeAll { $0.id == credential }
            }
        }
    }

    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations? {
        try await world.call(.presentations) { state in
            Presentations(
                state.presented.filter { $0.at >= moment },
                seenUpTo: Instant(milliseconds: state.now + state.skew))
        }
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await world.call(.authenticate) { state in
            state.askedAt = state.calls
            let value = secret.withPlaintext { $0 }
            state.note(useOf: value, from: "10.0.1.1", by: OwnProbes.userAgent)
            return state.accepts(value) ? .accepted : .refused(code: "invalid_client")
        }
    }
}
