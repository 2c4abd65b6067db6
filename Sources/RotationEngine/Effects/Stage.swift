import RotationCore

/// Plans that stage the new secret: it is a candidate beside the one in force in every store, and
/// every consumer holds both, before the server's one secret is replaced.
extension RotationDriver {
    /// Whether the plan says so.
    var isStaged: Bool { rotation.plan.strategy == .preStage }

    /// Makes the new secret and puts it into every store as a candidate.
    ///
    /// Phase `stage`. The server is only looked at.
    func stage() async throws -> StepResult {
        let server = try await server()
        if let obstacle = try await obstacleToCreating(server) { return obstacle }
        if let obstacle = try await obstacleAhead() { return obstacle }
        _ = try suppliedSecret(server)
        return try await fill(.old, beside: .new, as: .stage)
    }

    /// Collects evidence that every consumer holds the candidate.
    ///
    /// Phase `ready`.
    func collectReadiness() async throws -> StepResult {
        if let drift = try await drift(from: .old, beside: .new) { return drift }
        let evidence = try await consumersHoldCandidate()
        return waitForProof(evidence, isNeeded: true) ?? .moved(.done, facts(evidence))
    }

    /// What the switch must wait for though it was ready once; nil where everybody still is.
    func notReady() async throws -> StepResult? {
        if let drift = try await drift(from: .old, beside: .new) { return drift }
        let evidence = try await consumersHoldCandidate()
        if let obstacle = obstacle(in: evidence) { return obstacle }
        if waitForProof(evidence, isNeeded: true) != nil { return .moved(.unproven) }
        draft.audit.append(
            AuditEvent(
                "readiness-seen",
                [
                    "stores": rotation.plan.stores.map(\.name).joined(separator: ", "),
                    "consumers": "\(evidence.count)",
                ]))
        return nil
    }
}

/// Stores with room for two secrets: consumers try the candidate where the first one is refused.
extension RotationDriver {
    /// Whether the store holds a candidate in this rotation.
    ///
    /// Not where secrets come with client_ids: a candidate would be tried with the wrong one.
    func room(_ server: any AuthorizationServer, _ store: any SecretStore) -> Bool {
        store.capabilities.holdsCandidate && store.capabilities.readable
            && !server.capabilities.namesClients
    }

    /// Whether what stands beside the secret is the one of `role`, where there is room for one.
    func holds(
        _ role: SecretRole?, beside stored: StoredSecret, _ store: any SecretStore,
        _ server: any AuthorizationServer
    ) -> Bool {
        guard let role, room(server, store) else { return true }
        return stored.candidate.flatMap(whose) == role
    }

    /// Which one stands beside the secret of `role`: the other one, for as long as there is one.
    func companion(of role: SecretRole) -> SecretRole {
        if rotation.body.isDeleteSent { return role }
        return role == .new ? .old : .new
    }

    /// Leaves the secret of `role` alone in every store with room for two; nil once it is so.
    func settleStores(_ role: SecretRole) async throws -> StepResult? {
        // A way back before anything was read has nothing to settle.
        guard records[role] != nil else { return nil }
        let server = try await server()
        guard try await stores().contains(where: { room(server, $0.port) }) else { return nil }
        if let drift = try await drift(from: role) { return drift }
        let result = try await fill(role, beside: role, as: .stage)
        guard case .moved = result else { return result }
        return nil
    }
}
