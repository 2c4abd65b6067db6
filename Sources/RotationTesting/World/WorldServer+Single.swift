import RotationCore

/// What a server does that holds one secret for a client.
extension WorldServer {
    private static let id = CredentialID(rawValue: "only")

    /// The one there is, known by its value, or by trial.
    func only(_ known: KnownSecrets, _ state: WorldState) -> [Credential] {
        let isShown = capabilities.recognition == .value
        return state.secrets.map { secret in
            let isKnown = isShown || state.accepts(secret.value)
            return Credential(
                id: Self.id,
                holds: isKnown ? known.role { $0.matches(ClientSecret(secret.value)) } : nil,
                secret: isShown ? ClientSecret(secret.value) : nil)
        }
    }

    /// The one before it is gone.
    func replace(by secret: ClientSecret?, _ state: inout WorldState) -> CreatedCredential {
        if state.trace.count(where: { $0 == .preflight }) <= state.stores.count {
            state.violations.append(
                "call \(state.calls): replaced before every store was looked at")
        }
        state.made += 1
        let value =
            secret?.withPlaintext { $0 }
            ?? "made-by-server-canary-\(state.made)-000000000000000000000000"
        state.secrets = [
            WorldSecret(
                id: Self.id, value: value, owner: .ours,
                acceptedFrom: state.now + world.configuration.lag.milliseconds)
        ]
        return CreatedCredential(id: Self.id, secret: secret == nil ? ClientSecret(value) : nil)
    }

    /// Puts a value of the caller's in the place of what there is; a value of the server's can't be
    /// had again.
    func putBack(_ survivor: ClientSecret, _ state: inout WorldState) throws(AdapterError) {
        let value = survivor.withPlaintext { $0 }
        if state.secrets.map(\.value) == [value] { return }
        guard capabilities.canWithdraw else {
            throw AdapterError(.refused, code: "fake-newest", message: "fake: the newest stays")
        }
        state.secrets = [WorldSecret(id: Self.id, value: value, owner: .original)]
    }
}
