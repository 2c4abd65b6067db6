import RotationCore

extension RotationDriver {
    /// Looks for the old secret for the plan's window.
    ///
    /// Phase `watch`.
    func watch() async throws -> StepResult {
        if let drift = try await drift(from: .new) { return drift }
        let server = try await server()
        if case .accepted = try await ask(server, about: try secret(.old)) {
            return bear(
                with: server, waiting: .notYetRefused, thenHeld: .oldSecretStillAccepted,
                "the deleted secret is accepted again")
        }
        if case .refused(let code) = try await ask(server, about: try secret(.new)) {
            return bear(
                with: server, waiting: .notYetAccepted, thenHeld: .newSecretRefused,
                "the server refuses the new secret: \(code)")
        }
        let now = clock.now()
        let end = rotation.body.phaseSince + rotation.plan.watch
        for (name, finding) in try await consumersUse(.new) {
            if case .fails(let words) = finding {
                return .waits(.consumerOnOldSecret, "\(name): \(words)")
            }
        }
        guard now < end else {
            return .moved(.done, ["watched": rotation.plan.watch.description])
        }
        let pause = max(Span.minutes(1).milliseconds, rotation.plan.watch.milliseconds / 48)
        return .waits(
            .watching, "looking for anyone still on the old secret",
            until: min(end, now + Span(milliseconds: pause)))
    }

    /// The last look; what is sealed is shredded with the state.
    ///
    /// Phase `close`.
    func close() async throws -> StepResult {
        let server = try await server()
        let listed = try await listed(server)
        guard listed.contains(where: { $0.id == rotation.newCredential }) else {
            return .holds(.newSecretGone, "the server no longer lists the new secret")
        }
        if let orphan = ours(in: listed) {
            let survivor = try secret(.new)
            try await mutate(.delete, on: orphan.rawValue, isServer: true) {
                () async throws(AdapterError) in try await server.delete(orphan, keeping: survivor)
            }
            return .waits(.unknownOutcome, "swept \(orphan.rawValue); looking again")
        }
        return .moved(.done, ["new": rotation.newCredential?.rawValue ?? ""])
    }

    /// A secret that carries a label of this rotation, or its value, and isn't the recorded one.
    private func ours(in listed: [Credential]) -> CredentialID? {
        let prefix = "holdover/\(rotation.id.rawValue)/"
        return listed.first { entry in
            guard entry.id != rotation.newCredential, entry.id != rotation.oldCredential else {
                return false
            }
            // By value too: a creation that came through late, when nobody waited for it any more.
            return entry.label?.hasPrefix(prefix) == true || entry.holds == .new
        }?.id
    }

    /// Deletes the new secret, once nobody can be using it.
    ///
    /// Phase `withdraw`.
    func withdrawNew() async throws -> StepResult {
        let server = try await server()
        if rotation.body.isCreationOpen {
            return try await reconcileForWithdrawal(server)
        }
        guard let id = rotation.newCredential else {
            return .moved(.done, ["note": "no second secret was made"])
        }
        if let drift = try await drift(from: .old) { return drift }
        if rotation.body.distributedAt != nil {
            for (name, finding) in try await consumersUse(.old) where finding != .passes {
                return .moved(.unproven, ["consumer": name, "detail": finding.words])
            }
        }
        let survivor = try secret(.old)
        let listed = try await listed(server)
        // A server with slots takes the old secret back in the new one's place; a run that was cut
        // there leaves it in both, and the second one isn't done with.
        let isDouble =
            server.capabilities.shape == .twoSlots
            && listed.filter { $0.holds == .old }.count > 1
        let isLeft = listed.contains { entry in
            (entry.id == id && entry.holds != .old) || entry.holds == .new
        }
        guard isLeft || isDouble else { return try await proveOldInForce(server) }
        // A server with slots puts the survivor in front; any other must accept it already.
        let mayRevive = server.capabilities.shape == .twoSlots
        if !mayRevive, try await ask(server, about: survivor) != .accepted {
            return bear(
                with: server, waiting: .notYetAccepted, thenHeld: .oldSecretRefused,
                "the server refuses the old secret")
        }
        try await mutate(.delete, on: id.rawValue, isServer: true) {
            () async throws(AdapterError) in try await server.delete(id, keeping: survivor)
        }
        let after = try await self.listed(server)
        let isStillListed = after.contains { $0.id == id && $0.holds != .old }
        return isStillListed
            ? .waits(.notYetRefused, "withdrawn, and the server still lists it")
            : try await proveOldInForce(server)
    }

    private func proveOldInForce(_ server: any AuthorizationServer) async throws -> StepResult {
        switch try await ask(server, about: try secret(.old), connection: .fresh) {
        case .accepted: return .moved(.done, ["old": rotation.oldCredential?.rawValue ?? ""])
        case .refused(let code):
            return runOfPatience(server.capabilities)
                ? .holds(.oldSecretRefused, "the server says \(code)")
                : .waits(.notYetAccepted, "the server says \(code)")
        }
    }

    /// A rollback while a creation is open: find out first, then there is something to withdraw.
    private func reconcileForWithdrawal(_ server: any AuthorizationServer) async throws
        -> StepResult
    {
        switch try await reconcileCreation(server) {
        case .moved: return .again
        case .again: return .again
        case let other: return other
        }
    }
}
