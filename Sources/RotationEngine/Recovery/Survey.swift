import RotationCore

/// Looks at what a plan names, without changing anything.
struct Survey {
    let plan: Plan
    let rotation: Rotation?
    let known: KnownSecrets
    let sealer: Sealer
    let factory: any AdapterFactory

    func look() async -> Sighting {
        var sighting = Sighting(client: plan.client)
        sighting.rotation = rotation?.id
        sighting.phase = rotation?.state.phase
        let common = await lookAtStores(&sighting)
        await lookAtServer(common, &sighting)
        return sighting
    }

    /// The value that all stores hold; nil where they disagree, or can't be read.
    private func lookAtStores(_ sighting: inout Sighting) async -> ClientSecret? {
        var values: [ClientSecret] = []
        for settings in plan.stores {
            do throws(AdapterError) {
                let store = try await factory.store(settings, of: plan)
                _ = try await store.identity()
                let stored = try await store.read()
                if let secret = stored?.secret { values.append(secret) }
                sighting.stores.append(
                    Sighting.Store(
                        name: settings.name, holds: word(for: stored),
                        fingerprint: stored?.secret.map(sealer.fingerprint)))
            } catch { sighting.troubles.append("\(settings.name): \(error.message)") }
        }
        guard let first = values.first, values.count == plan.stores.count else { return nil }
        return values.allSatisfy(first.matches) ? first : nil
    }

    private func word(for stored: StoredSecret?) -> String {
        guard let stored else { return "nothing" }
        guard let secret = stored.secret, known.old != nil || known.new != nil else {
            return "a-secret"
        }
        return known.role(where: secret.matches)?.rawValue ?? "neither"
    }

    private func lookAtServer(_ common: ClientSecret?, _ sighting: inout Sighting) async {
        do throws(AdapterError) {
            let server = try await factory.server(of: plan)
            _ = try await server.identity()
            // With nothing sealed, the value in the stores is the one to recognise.
            let isBlank = known.old == nil && known.new == nil
            let listed = try await server.credentials(
                knowing: isBlank ? KnownSecrets(old: common) : known)
            let role = common.flatMap { known.role(where: $0.matches) } ?? (isBlank ? .old : nil)
            sighting.secrets = listed.map { credential in
                let isStored = credential.holds.map { $0 == role && common != nil }
                return Sighting.Listed(
                    id: credential.id.rawValue, owner: owner(of: credential),
                    label: credential.label, isInStores: isStored)
            }
        } catch { sighting.troubles.append("\(plan.server.name): \(error.message)") }
    }

    private func owner(of credential: Credential) -> Sighting.Owner {
        if let rotation {
            if credential.id == rotation.oldCredential { return .old }
            if credential.id == rotation.newCredential { return .new }
        }
        return credential.label?.hasPrefix("holdover/") == true ? .ours : .others
    }
}
