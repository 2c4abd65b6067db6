import RotationCore

/// Servers that hold one secret for a client, under a plan that allows the outage or stages the new
/// secret first.
///
/// There the creation is the switch: whoever hasn't read the new secret yet is locked out until it
/// does. So everything that is else looked at before the revocation is looked at before that.
extension RotationDriver {
    /// Whether making a secret replaces the one in force.
    func switches(_ server: any AuthorizationServer) -> Bool {
        server.capabilities.shape == .single
    }

    /// What would keep the outage from ending, or what must be agreed to before it begins; nil
    /// where there is nothing.
    func obstacleToSwitching() async throws -> StepResult? {
        if let obstacle = try await obstacleAhead() { return obstacle }
        if isStaged, let obstacle = try await notReady() { return obstacle }
        guard rotation.plan.needsApproval, rotation.body.approval == nil else { return nil }
        return .waits(
            .approval, "the plan asks for a person's approval before the secret is replaced",
            until: clock.now() + rotation.plan.retry.first)
    }

    /// What would keep stores or hooks from being served, and a plan that was edited meanwhile.
    func obstacleAhead() async throws -> StepResult? {
        for (name, store) in try await stores() {
            let findings = try await call(name) { () async throws(AdapterError) in
                try await store.preflight()
            }
            if let problem = findings.first(where: { $0.severity == .problem }) {
                return .holds(.preflight, "\(name): \(problem.code): \(problem.message)")
            }
        }
        for settings in rotation.plan.reload {
            let findings = try await call(settings.name) { () async throws(AdapterError) in
                try await parts.factory.hook(settings, of: rotation.plan).preflight()
            }
            if let problem = findings.first(where: { $0.severity == .problem }) {
                return .holds(.preflight, "\(settings.name): \(problem.message)")
            }
        }
        return planObstacle(try await planUnchanged())
    }

    /// Puts the secret of `role` in force where a change of direction left the other one there;
    /// nil once the server accepts it, and where neither is accepted, so that nothing is known.
    func putInForce(_ role: SecretRole, at server: any AuthorizationServer) async throws
        -> StepResult?
    {
        let other: SecretRole = role == .new ? .old : .new
        guard switches(server), try await ask(server, about: role) != .accepted,
            try await ask(server, about: other) == .accepted
        else { return nil }
        do {
            switch role {
            case .old: try await putBackOld(server)
            case .new: try await putNewAgain(server)
            }
        } catch let failure as TargetFailure where failure.isForGood(at: server) {
            return .holds(.cannotWithdraw, failure.words)
        }
        if try await ask(server, about: role, connection: .fresh) == .accepted {
            return nil
        }
        return bear(
            with: server, waiting: .notYetAccepted,
            thenHeld: role == .new ? .newSecretRefused : .oldSecretRefused,
            "the server has the \(role.rawValue) secret again, and refuses it")
    }

    private func putBackOld(_ server: any AuthorizationServer) async throws {
        guard let id = rotation.newCredential else { return }
        let survivor = try secret(.old)
        try await mutate(.delete, on: id.rawValue, isServer: true) {
            () async throws(AdapterError) in try await server.delete(id, keeping: survivor)
        }
    }

    /// The same value as before, so that it doesn't matter how often.
    private func putNewAgain(_ server: any AuthorizationServer) async throws {
        guard server.capabilities.origin == .client else { return }
        let (value, label) = (try secret(.new), rotation.label)
        let created = try await mutate(
            .create, on: rotation.plan.server.name, isServer: true, label: label
        ) { () async throws(AdapterError) in try await server.create(value, label: label) }
        rotation.newCredential = created.id
    }

    /// Replaces what a lost creation made, since nothing else ends the outage; unless a store says
    /// that somebody else was there, or the creation may still come through.
    func replaceLost(_ server: any AuthorizationServer) async throws -> StepResult {
        for (name, finding) in try await storesHold(.old) where finding != .passes {
            return .holds(
                .createAmbiguous,
                "a creation was sent, the server refuses the old secret, and \(name) was changed")
        }
        if let look = secondLook() { return look }
        return try await sendCreation(server, baseline: rotation.body.baseline)
    }
}
