import RotationCore

extension RotationDriver {
    /// Mints the second secret.
    ///
    /// Phase `create`.
    ///
    /// Everything is looked at before anything is touched; the old value is sealed before the call,
    /// and so is the new one where we make it. Until the answer is recorded, `isCreationOpen` says
    /// that the world must be asked first.
    func create() async throws -> StepResult {
        let server = try await server()
        if rotation.body.isCreationOpen { return try await reconcileCreation(server) }
        if let obstacle = try await obstacleToCreating(server) { return obstacle }
        if switches(server), let obstacle = try await obstacleToSwitching() { return obstacle }
        return try await sendCreation(server, baseline: rotation.body.baseline)
    }

    /// What would keep a creation from working; nil where there is nothing.
    ///
    /// Seals the old value, and notes what is listed before.
    func obstacleToCreating(_ server: any AuthorizationServer) async throws -> StepResult? {
        if let obstacle = try await sealOldSecret(server) { return obstacle }
        let listed = try await listed(server)
        if let obstacle = recordOldCredential(server, listed) { return obstacle }
        if let obstacle = try await findFreeSlot(server, listed) { return obstacle }
        rotation.body.baseline = listed.map(\.id)
        return try await storeWithoutPlace(server)
    }

    /// One creation, whose answer may get lost.
    func sendCreation(_ server: any AuthorizationServer, baseline: [CredentialID]) async throws
        -> StepResult
    {
        if let words = parts.journal.obstacleToCreating() { return .waits(.diskNearlyFull, words) }
        let supplied = try suppliedSecret(server)
        let wasOpen = rotation.body.isCreationOpen
        rotation.body.baseline = baseline
        rotation.body.creations += 1
        rotation.body.isCreationOpen = true
        rotation.body.isCreationUnseen = false
        rotation.body.creationSettlesAt = nil
        let (label, old) = (rotation.label, rotation.oldCredential ?? Self.gone)
        do {
            let created = try await mutate(
                .create, on: rotation.plan.server.name, isServer: true, label: label,
                yieldsToRequests: true
            ) { () async throws(AdapterError) in
                try await server.create(supplied, beside: old, label: label)
            }
            if created.secret != nil { hold(created, at: server) }
            return try adopt(created.id, value: created.secret, old: created.old)
        } catch let failure as TargetFailure {
            // A full list may be full of our own lost attempt: look before a person is asked.
            if failure.error.provesNoEffect { rotation.body.isCreationOpen = wasOpen }
            return conclude(from: failure)
        }
    }

    /// The old secret is what every store holds now; the server must accept it.
    private func sealOldSecret(_ server: any AuthorizationServer) async throws -> StepResult? {
        var common: ClientSecret?
        for (name, store) in try await stores() {
            let stored = try await call(name) { () async throws(AdapterError) in
                try await store.read()
            }
            guard let stored else {
                return .holds(.storeEmpty, "\(name) holds no secret yet, so there is none to turn")
            }
            guard let secret = stored.secret else {
                mark(name, StoreMark(.old, version: stored.version))
                continue
            }
            if let common, !common.matches(secret) {
                return .holds(
                    .storesDisagree, "\(name) holds another secret than the stores before")
            }
            common = secret
            // Else it would be written over, and nobody knows whose it is.
            guard let candidate = stored.candidate, room(server, store) else { continue }
            if !candidate.matches(secret), whose(candidate) == nil {
                return .holds(
                    .storesDisagree,
                    "\(name) holds a candidate that is neither the secret nor one of ours; "
                        + "make it the same as the secret")
            }
        }
        guard let common else {
            let shows = rotation.plan.stores.isEmpty ? "" : " that shows what it holds"
            return .holds(.storeEmpty, "the plan names no store\(shows)")
        }
        guard try await ask(server, about: common) == .accepted else {
            return .holds(
                .oldSecretRefused, "the server refuses the secret that the stores hold now")
        }
        if let before = try? secret(.old), !before.matches(common) { rotation.oldCredential = nil }
        try seal(common, as: .old)
        return nil
    }

    /// Which listed secret is the old one: by value, else the one that it was at an earlier
    /// attempt, else the only one but for lost ones of ours and what shows that it is another.
    private func recordOldCredential(
        _ server: any AuthorizationServer, _ listed: [Credential]
    ) -> StepResult? {
        let byValue = listed.first { $0.holds == .old }
        let recorded = listed.first { $0.id == rotation.oldCredential && !$0.isOther }
        let rest = listed.filter {
            !$0.isOther && rotation.body.leftBehind?.contains($0.id) != true
        }
        let only = rest.count == 1 ? rest[0] : nil
        guard let old = byValue ?? recorded ?? only else {
            return .holds(
                .oldSecretUnclear,
                "none of \(listed.count) listed secrets is known to be the one in the stores")
        }
        rotation.oldCredential = old.id
        return nil
    }

    private func findFreeSlot(_ server: any AuthorizationServer, _ listed: [Credential])
        async throws -> StepResult?
    {
        let capabilities = server.capabilities
        guard capabilities.permits(rotation.plan.strategy) else {
            return .holds(.noOverlap, "the server keeps one secret; two can't overlap")
        }
        guard switches(server) || listed.count < capabilities.limit else {
            let others = listed.map(\.id).filter { $0 != rotation.oldCredential }
            return .holds(
                .slotOccupied,
                "the server allows \(capabilities.limit) secrets and these are not ours: "
                    + others.map(\.rawValue).joined(separator: ", "))
        }
        let overlap = rotation.plan.overlap
        let findings = try await call(rotation.plan.server.name, isServer: true) {
            () async throws(AdapterError) in try await server.preflight(overlap: overlap)
        }
        guard let problem = findings.first(where: { $0.severity == .problem }) else { return nil }
        return .holds(.preflight, "\(problem.code): \(problem.message)")
    }

    /// A store that would serve the new secret with the old one's client_id, or has no room for a
    /// candidate that must be staged; nil where there is none.
    private func storeWithoutPlace(_ server: any AuthorizationServer) async throws
        -> StepResult?
    {
        if isStaged, let store = try await stores().first(where: { !room(server, $0.port) }) {
            return .holds(
                .preflight,
                "\(store.name): the plan doesn't say where a candidate stands in this store")
        }
        guard server.capabilities.namesClients else { return nil }
        let store = try await stores().first { !$0.port.capabilities.holdsClientID }
        return store.map { store in
            .holds(
                .preflight,
                "\(store.name): the client_id changes with the secret, and the plan doesn't say "
                    + "where it stands in this store")
        }
    }

    /// Our own value where the server takes one: made once, sealed, and the same at every attempt.
    func suppliedSecret(_ server: any AuthorizationServer) throws -> ClientSecret? {
        guard server.capabilities.origin == .client else { return nil }
        if let made = try? secret(.new) { return made }
        let made = parts.random.secret()
        try seal(made, as: .new)
        return made
    }

    /// Records the new secret's id and value.
    ///
    /// From here on it can't be lost.
    func adopt(_ id: CredentialID, value: ClientSecret?, old: CredentialID?) throws
        -> StepResult
    {
        if let value { try seal(value, as: .new) }
        guard opened[.new] != nil else {
            return .waits(.unknownOutcome, "the server answered without a value")
        }
        rotation.body.isCreationOpen = false
        rotation.newCredential = id
        // What took the old one's place has left it none.
        if let old = old ?? (id == rotation.oldCredential ? Self.gone : nil) {
            rotation.oldCredential = old
        }
        return .moved(.done, ["new": id.rawValue, "old": rotation.oldCredential?.rawValue ?? ""])
    }
}
