import RotationCore

/// What two registrations do that hold one secret each and take turns.
extension WorldServer {
    /// The registrations of the plan, the one in use first.
    static let pair = ["billing-id", "billing-green"].map(CredentialID.init(rawValue:))

    /// Those whose secret is a known one.
    func paired(_ known: KnownSecrets, _ state: WorldState) -> [Credential] {
        state.secrets.compactMap { secret in
            guard capabilities.recognition == .value || state.accepts(secret.value),
                let role = known.role(where: { $0.matches(ClientSecret(secret.value)) })
            else { return nil }
            return Credential(id: secret.id, holds: role)
        }
    }

    /// Gives the registration that isn't `old` another secret.
    func create(_ secret: ClientSecret?, beside old: CredentialID, label: String)
        async throws(AdapterError) -> CreatedCredential
    {
        guard capabilities.shape == .pair else { return try await create(secret, label: label) }
        let lag = world.configuration.lag.milliseconds
        return try await world.call(.create) { state throws(AdapterError) in
            guard let idle = state.secrets.firstIndex(where: { $0.id != old }) else {
                throw AdapterError(.missing, code: "fake-missing", message: "fake: no other one")
            }
            state.made += 1
            let value =
                secret?.withPlaintext { $0 }
                ?? "made-by-server-canary-\(state.made)-000000000000000000000000"
            let id = state.secrets[idle].id
            state.secrets[idle] = WorldSecret(
                id: id, value: value, owner: .ours, acceptedFrom: state.now + lag)
            return CreatedCredential(id: id, secret: secret == nil ? ClientSecret(value) : nil)
        }
    }

    /// Gives a registration a secret that nobody keeps.
    func throwAway(_ credential: CredentialID, _ state: inout WorldState) throws(AdapterError) {
        guard let index = state.secrets.firstIndex(where: { $0.id == credential }) else {
            throw AdapterError(.missing, code: "fake-missing", message: "fake: no \(credential)")
        }
        state.checkOverlap(before: .delete, of: state.secrets[index])
        state.made += 1
        state.secrets[index] = WorldSecret(
            id: credential, value: "thrown-away-\(state.made)", owner: .foreign)
    }
}
