import RotationCore

/// What a server does that lists nothing: its secrets have places and no ids.
extension WorldServer {
    /// The places of UAA and of Hydra.
    private struct Places {
        let old: CredentialID
        let new: CredentialID

        init(_ shape: ServerCapabilities.Shape) {
            let words = shape == .list ? ("older", "newer") : ("retained", "current")
            old = CredentialID(rawValue: words.0)
            new = CredentialID(rawValue: words.1)
        }
    }

    /// The known secrets that are accepted.
    func tried(_ known: KnownSecrets, _ state: WorldState) -> [Credential] {
        let places = Places(capabilities.shape)
        func isAccepted(_ secret: ClientSecret?) -> Bool {
            secret.map { state.accepts($0.withPlaintext { $0 }) } ?? false
        }
        var listed: [Credential] = []
        if isAccepted(known.new) { listed.append(Credential(id: places.new, holds: .new)) }
        if isAccepted(known.old) {
            // Where it is alone in its slot, it is in front.
            let isInFront = capabilities.shape == .twoSlots && listed.isEmpty
            listed.append(Credential(id: isInFront ? places.new : places.old, holds: .old))
        }
        return listed
    }

    /// Behind those that there are; what is one too many is refused, or pushes the oldest out.
    func createTried(_ secret: ClientSecret?, _ state: inout WorldState) throws(AdapterError)
        -> CreatedCredential
    {
        let isList = capabilities.shape == .list
        if state.secrets.count >= capabilities.limit {
            guard !isList else {
                throw AdapterError(.limitReached, code: "fake-limit", message: "fake: limit")
            }
            state.secrets.removeFirst()
        }
        state.made += 1
        let value =
            secret?.withPlaintext { $0 }
            ?? "made-by-server-canary-\(state.made)-000000000000000000000000"
        state.secrets.append(
            WorldSecret(
                id: CredentialID(rawValue: "s\(state.made)"), value: value, owner: .ours,
                acceptedFrom: state.now + world.configuration.lag.milliseconds))
        let places = Places(capabilities.shape)
        return CreatedCredential(
            id: places.new, secret: secret == nil ? ClientSecret(value) : nil, old: places.old)
    }

    /// Drops the older one, whichever it is; or puts the survivor in the place of all.
    func deleteTried(
        _ credential: CredentialID, _ survivor: ClientSecret, _ state: inout WorldState
    ) {
        let value = survivor.withPlaintext { $0 }
        let places = Places(capabilities.shape)
        if capabilities.shape == .list, credential == places.old {
            guard state.secrets.count > 1 else { return }
            state.checkOverlap(before: .delete, of: state.secrets[0])
            state.secrets.removeFirst()
            return
        }
        let others = state.secrets.filter { $0.value != value }
        for victim in others { state.checkOverlap(before: .delete, of: victim) }
        state.secrets = state.secrets.filter { $0.value == value }.suffix(1)
    }
}
