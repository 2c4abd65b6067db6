import RotationCore

extension RotationDriver {
    /// Soft-disables the old secret, and sees it refused.
    ///
    /// Phase `disable`.
    ///
    /// Skipped where the server can't: then deleting is the first thing that hurts, under the same
    /// guards.
    func disable() async throws -> StepResult {
        let server = try await server()
        guard server.capabilities.canDisable else {
            return .moved(.done, ["skipped": "the server has no soft disable"])
        }
        let listed = try await listed(server)
        guard let old = listed.first(where: { $0.id == rotation.oldCredential }) else {
            return .moved(.done, ["skipped": "the old secret is no longer listed"])
        }
        let report = try await guardReport(server, listed)
        let isDisabled = !old.isEnabled
        if let obstacle = try obstacle(in: report, with: server, isDisabled: isDisabled) {
            return obstacle
        }
        if old.isEnabled {
            draft.audit.append(AuditEvent("guards-passed", facts(report)))
            let wasRevokedAt = rotation.body.revokedAt
            beginRefusal()
            do {
                try await mutate(
                    .disable, on: old.id.rawValue, isServer: true, yieldsToRequests: true
                ) { () async throws(AdapterError) in try await server.disable(old.id) }
            } catch let failure as TargetFailure where failure.error.provesNoEffect {
                rotation.body.revokedAt = wasRevokedAt
                throw failure
            }
        }
        return try await awaitRefusal(server)
    }

    /// One look at whether the old secret is refused; waits while the server may still lag.
    private func awaitRefusal(_ server: any AuthorizationServer) async throws -> StepResult {
        switch try await ask(server, about: .old, connection: .fresh) {
        case .refused(let code): return .moved(.done, ["refused": code])
        case .accepted:
            return runOfPatience(server.capabilities)
                ? .holds(.oldSecretStillAccepted, "it is disabled, and the server still accepts it")
                : .waits(.notYetRefused, "the server still accepts the old secret")
        }
    }

    /// From now on whoever presents the old secret is a straggler.
    private func beginRefusal() {
        rotation.body.revokedAt = rotation.body.revokedAt ?? clock.now()
    }

    /// Deletes the old secret by its exact id.
    ///
    /// Phase `delete`: from its intent on, no way back.
    func deleteOld() async throws -> StepResult {
        let server = try await server()
        guard let id = rotation.oldCredential else {
            return .holds(.oldSecretUnclear, "no id of the old secret is recorded")
        }
        let listed = try await listed(server)
        guard let old = listed.first(where: { $0.id == id }) else {
            let note = rotation.body.isDeleteSent ? "deleted" : "it was gone already"
            rotation.body.isDeleteSent = true
            return .moved(.done, ["old": id.rawValue, "note": note])
        }
        let isDisabled = !old.isEnabled
        if let pause = try await keepDisabled(server, listed, isDisabled) { return pause }
        let report = try await guardReport(server, listed)
        if let obstacle = try obstacle(in: report, with: server, isDisabled: isDisabled) {
            return obstacle
        }
        draft.audit.append(AuditEvent("guards-passed", facts(report)))
        return try await send(deletionOf: id, server)
    }

    /// What is waited for, or was found, while the plan has the old secret be disabled only; nil
    /// once that is over.
    private func keepDisabled(
        _ server: any AuthorizationServer, _ listed: [Credential], _ isDisabled: Bool
    ) async throws -> StepResult? {
        let end = rotation.body.phaseSince + (rotation.plan.keepDisabled ?? .zero)
        guard server.capabilities.canDisable, clock.now() < end else { return nil }
        let report = try await guardReport(server, listed)
        if let obstacle = try obstacle(in: report, with: server, isDisabled: isDisabled) {
            return obstacle
        }
        return .waits(
            .watching, "the old secret is only disabled; looking for anyone still on it",
            until: min(end, nextLook(server)))
    }

    private func send(deletionOf id: CredentialID, _ server: any AuthorizationServer) async throws
        -> StepResult
    {
        let survivor = try secret(.new)
        let (wasSent, wasRevokedAt) = (rotation.body.isDeleteSent, rotation.body.revokedAt)
        beginRefusal()
        rotation.body.isDeleteSent = true
        do {
            try await mutate(.delete, on: id.rawValue, isServer: true, yieldsToRequests: true) {
                () async throws(AdapterError) in try await server.delete(id, keeping: survivor)
            }
        } catch let failure as TargetFailure where failure.error.provesNoEffect {
            (rotation.body.isDeleteSent, rotation.body.revokedAt) = (wasSent, wasRevokedAt)
            throw failure
        }
        // A list that lags is looked at again later, not hammered.
        let isListed = try await listed(server).contains { $0.id == id }
        return isListed
            ? .waits(.notYetRefused, "deleted, and the server still lists it")
            : .moved(.done, ["old": id.rawValue, "note": "deleted"])
    }

    /// Asks until the server agrees that the old secret is dead.
    ///
    /// Phase `prove`.
    func proveRefused() async throws -> StepResult {
        let server = try await server()
        beginRefusal()
        repeat {
            switch try await ask(server, about: .old, connection: .fresh) {
            case .refused:
                if let result = agree(waiting: .refusalWindow) { return result }
            case .accepted:
                rotation.body.agreed = 0
                return runOfPatience(server.capabilities)
                    ? .holds(.oldSecretStillAccepted, "deleted, and the server still accepts it")
                    : .waits(.notYetRefused, "the server still accepts the old secret")
            }
        } while true
    }

    /// Makes the server accept the old secret again.
    ///
    /// Phases `reinstate`, `enable`.
    func enable() async throws -> StepResult {
        let server = try await server()
        if switches(server), rotation.state.phase == .enable {
            return try await putInForce(.old, at: server) ?? .moved(.done)
        }
        let listed = try await listed(server)
        guard let old = listed.first(where: { $0.id == rotation.oldCredential }) else {
            // Forward there is nothing left to wait for; backward there is nothing to go to.
            return rotation.state.phase == .reinstate
                ? .moved(.done, ["note": "the old secret is gone"])
                : .holds(.oldSecretGone, "the server no longer lists the old secret")
        }
        if !old.isEnabled {
            try await mutate(.enable, on: old.id.rawValue, isServer: true) {
                () async throws(AdapterError) in try await server.enable(old.id)
            }
        }
        switch try await ask(server, about: .old, connection: .fresh) {
        case .accepted:
            (rotation.body.revokedAt, rotation.body.probedAt) = (nil, nil)
            return .moved(.done, ["old": old.id.rawValue])
        case .refused(let code):
            return runOfPatience(server.capabilities)
                ? .holds(.oldSecretRefused, "the server still refuses the old secret: \(code)")
                : .waits(.notYetAccepted, "the server says \(code)")
        }
    }
}
