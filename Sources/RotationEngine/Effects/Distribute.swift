import RotationCore

extension RotationDriver {
    /// Puts the secret of `role` into every store and reads it back.
    ///
    /// Phases `write`, `restore`.
    ///
    /// The normal path and recovery are one: read, compare, write where needed, read again. A value
    /// that is neither of the rotation's is somebody else's and is never overwritten.
    func distribute(_ role: SecretRole) async throws -> StepResult {
        let server = try await server()
        if let obstacle = try await putInForce(role, at: server) { return obstacle }
        return try await fill(role, beside: companion(of: role), as: .write)
    }

    /// The same, with the secret of `candidate` beside it where a store has room for two.
    func fill(_ role: SecretRole, beside candidate: SecretRole, as kind: Operation.Kind)
        async throws -> StepResult
    {
        let server = try await server()
        // A record that can't be opened is found before any store is taken for changed.
        let secret = try secret(role)
        var missing: [(name: String, port: any SecretStore, stored: StoredSecret)] = []
        var firstFailure: TargetFailure?
        for (name, store) in try await stores() {
            do {
                let stored = try await call(name) { () async throws(AdapterError) in
                    try await store.read()
                }
                guard let stored, case let held = holding(stored, in: name, server),
                    held != .foreign
                else { return .holds(.storeChanged, foreignValue(in: name)) }
                if held != .ours(role) || !holds(candidate, beside: stored, store, server) {
                    missing.append((name, store, stored))
                }
            } catch let failure as TargetFailure {
                firstFailure = firstFailure ?? failure
            }
        }
        if !missing.isEmpty, try await ask(server, about: role) != .accepted {
            return bear(
                with: server, waiting: .notYetAccepted,
                thenHeld: role == .new ? .newSecretRefused : .oldSecretRefused,
                "the server refuses the secret that would be distributed")
        }
        // What anybody read before these writes proves nothing, also where they are lost sight of.
        if !missing.isEmpty { rotation.body.distributedAt = nil }
        for (name, store, stored) in missing {
            openMark(name, for: role, replacing: stored)
            let place = room(server, store) ? try self.secret(candidate) : nil
            let content = StoreContent(
                secret, client: client(of: role, at: server), candidate: place)
            do {
                try await write(content, to: store, name, as: kind, replacing: stored.version)
            } catch let failure as TargetFailure { firstFailure = firstFailure ?? failure }
        }
        if let firstFailure { return conclude(from: firstFailure) }
        return try await readBack(role, beside: candidate, wrote: !missing.isEmpty)
    }

    private func write(
        _ content: StoreContent, to store: any SecretStore, _ name: String,
        as kind: Operation.Kind, replacing version: StoreVersion
    ) async throws {
        try await mutate(kind, on: name) { () async throws(AdapterError) in
            try await store.write(content, replacing: version)
        }
        closeMark(name)
        noteDistribution(at: clock.now())
    }

    private func noteDistribution(at moment: Instant) {
        rotation.body.distributedAt = moment
        rotation.body.soakSinceBoot = clock.sinceBoot()
    }

    private func readBack(_ role: SecretRole, beside candidate: SecretRole, wrote: Bool)
        async throws -> StepResult
    {
        if wrote {
            for (name, finding) in try await storesHold(role, beside: candidate)
            where finding != .passes {
                return .waits(.storeNotYetEqual, "\(name) does not read back as written")
            }
        }
        // A write that died half-way may have left a secret beside a value that needs no write now.
        for (name, store) in try await stores() {
            try await call(name) { () async throws(AdapterError) in try await store.sweep() }
        }
        // Found written already, by a run that died before it could say when: the moment of this
        // look is the safe one, since evidence must be newer.
        let now = clock.now()
        // A clock that was set back since would have evidence wait until it gets there again.
        if rotation.body.distributedAt.map({ $0 > now }) ?? true {
            noteDistribution(at: now)
        }
        let names = rotation.plan.stores.map(\.name).joined(separator: ", ")
        return .moved(.done, ["stores": names, "fingerprint": fingerprint(role)])
    }

    /// For each store, whether it reads back the secret of `role`, and where one is asked for, that
    /// of `candidate` beside it.
    func storesHold(_ role: SecretRole, beside candidate: SecretRole? = nil) async throws
        -> [(String, GuardFinding)]
    {
        var findings: [(String, GuardFinding)] = []
        let server = try await server()
        for (name, store) in try await stores() {
            let stored = try await call(name) { () async throws(AdapterError) in
                try await store.read()
            }
            let isBeside = stored.map { holds(candidate, beside: $0, store, server) } ?? false
            switch stored.map({ holding($0, in: name, server) }) {
            case .ours(role) where isBeside: findings.append((name, .passes))
            case .ours(role): findings.append((name, .fails("\(name) holds another candidate")))
            case .ours: findings.append((name, .fails("\(name) holds the other secret")))
            case .unsettled: findings.append((name, .fails("\(name) must be written again")))
            case .foreign, nil: findings.append((name, .unknown(foreignValue(in: name))))
            }
        }
        return findings
    }

    /// Looks for a store that was changed behind our back; nil where all hold `role`.
    func drift(from role: SecretRole, beside candidate: SecretRole? = nil) async throws
        -> StepResult?
    {
        for (name, finding) in try await storesHold(role, beside: candidate) {
            switch finding {
            case .passes: continue
            case .unknown(let words), .unseen(let words): return .holds(.storeChanged, words)
            case .fails:
                if rotation.body.drifts >= 3 {
                    return .holds(.twoWriters, "\(name) was changed back three times")
                }
                // Whoever read in between has another value, even if it is put right by itself.
                rotation.body.distributedAt = nil
                return .moved(.drifted, ["store": name])
            }
        }
        return nil
    }

    private func foreignValue(in name: String) -> String {
        "\(name) holds a value that is neither the old secret nor the new one; it was not touched"
    }

    func fingerprint(_ role: SecretRole) -> String {
        opened[role].map(parts.sealer.fingerprint(of:)) ?? ""
    }
}
