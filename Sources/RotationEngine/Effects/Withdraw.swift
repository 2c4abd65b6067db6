import RotationCore

extension RotationDriver {
    /// Deletes the new secret, once nobody can be using it.
    ///
    /// Phase `withdraw`.
    func withdrawNew() async throws -> StepResult {
        let result = try await withdraw(try await server())
        guard case .moved(.done, _) = result else { return result }
        return try await settleStores(.old) ?? result
    }

    private func withdraw(_ server: any AuthorizationServer) async throws -> StepResult {
        if rotation.body.isCreationOpen {
            return try await reconcileForWithdrawal(server)
        }
        let listed = try await listed(server)
        if let orphan = ours(in: listed) { return try await sweep(orphan, keeping: .old, server) }
        guard let id = rotation.newCredential else {
            if mayHoldUnseen(server) { return try await dropUnseen(server) }
            if let idle = mayHoldUnseenInPair(server) { return try await drop(idle, server) }
            if switches(server), rotation.body.creations > 0 {
                return try await proveOldInForce(server)
            }
            return .moved(.done, ["note": noteWithoutNew])
        }
        if let obstacle = try await whoeverNeedsNew() { return obstacle }
        if try await isWithdrawn(id, server, listed) {
            // A list may lag behind the creation, so that is believed at the second look only.
            guard rotation.body.isCreationUnseen else {
                rotation.body.isCreationUnseen = true
                let second = clock.now() + rotation.plan.retry.first
                return .waits(.notYetRefused, "looking twice for the new secret", until: second)
            }
            return try await proveOldInForce(server)
        }
        return try await send(withdrawalOf: id, server)
    }

    /// Whether slots that nobody can read may hold what lost creations made.
    private func mayHoldUnseen(_ server: any AuthorizationServer) -> Bool {
        server.capabilities.shape == .twoSlots && server.capabilities.recognition == .trial
            && rotation.body.creations > 0
    }

    /// The registration that isn't in use, where a lost creation may have given it a secret whose
    /// value nobody knows and which nobody can see; nil elsewhere.
    private func mayHoldUnseenInPair(_ server: any AuthorizationServer) -> CredentialID? {
        guard server.capabilities.shape == .pair, server.capabilities.recognition == .trial,
            server.capabilities.origin == .server, rotation.body.creations > 0,
            let old = rotation.oldCredential
        else { return nil }
        return rotation.plan.clientIDs.map { CredentialID(rawValue: $0.rawValue) }
            .first { $0 != old }
    }

    /// Has a secret that nobody can see made useless, beside the old one.
    private func drop(_ idle: CredentialID, _ server: any AuthorizationServer) async throws
        -> StepResult
    {
        let survivor = try secret(.old)
        try await mutate(.delete, on: idle.rawValue, isServer: true) {
            () async throws(AdapterError) in try await server.delete(idle, keeping: survivor)
        }
        return try await proveOldInForce(server)
    }

    /// Puts the old secret in front, which drops whatever is beside it.
    private func dropUnseen(_ server: any AuthorizationServer) async throws -> StepResult {
        guard let old = rotation.oldCredential else {
            return .moved(.done, ["note": noteWithoutNew])
        }
        let survivor = try secret(.old)
        try await mutate(.delete, on: old.rawValue, isServer: true) {
            () async throws(AdapterError) in try await server.delete(old, keeping: survivor)
        }
        return try await proveOldInForce(server)
    }

    private var noteWithoutNew: String {
        guard let left = rotation.body.leftBehind else { return "no second secret was made" }
        return "left at the server, its value lost: " + left.map(\.rawValue).joined(separator: ", ")
    }

    /// A store or a consumer that would be locked out; nil where there is none.
    private func whoeverNeedsNew() async throws -> StepResult? {
        if let drift = try await drift(from: .old) { return drift }
        guard rotation.body.distributedAt != nil else { return nil }
        // They were proven before it was sent, and what is gone can't be seen to be unused.
        if rotation.body.isWithdrawalSent ?? false { return nil }
        return obstacle(in: try await consumersUse(.old))
    }

    /// Whether the server neither lists nor accepts the new secret, as far as it can tell.
    private func isWithdrawn(
        _ id: CredentialID, _ server: any AuthorizationServer, _ listed: [Credential]
    ) async throws -> Bool {
        guard try await ask(server, about: .new) != .accepted else { return false }
        if server.capabilities.shape != .list {
            // A slot that can't be read is judged by what the server takes. A run that was cut
            // while the old secret went back leaves it in both, and the second isn't done with.
            let isOldTaken = try await ask(server, about: .old) == .accepted
            return isOldTaken && listed.filter { $0.holds == .old }.count < 2
        }
        return !listed.contains { $0.id == id || $0.holds == .new }
    }

    private func send(withdrawalOf id: CredentialID, _ server: any AuthorizationServer) async throws
        -> StepResult
    {
        let survivor = try secret(.old)
        // A server with slots puts the survivor in front; any other must accept it already.
        let mayRevive = server.capabilities.shape == .twoSlots || switches(server)
        if !mayRevive, try await ask(server, about: .old) != .accepted {
            return bear(
                with: server, waiting: .notYetAccepted, thenHeld: .oldSecretRefused,
                "the server refuses the old secret")
        }
        let wasSent = rotation.body.isWithdrawalSent
        rotation.body.isWithdrawalSent = true
        do {
            try await mutate(.delete, on: id.rawValue, isServer: true) {
                () async throws(AdapterError) in try await server.delete(id, keeping: survivor)
            }
        } catch let failure as TargetFailure where failure.isForGood(at: server) {
            rotation.body.isWithdrawalSent = wasSent
            return .holds(.cannotWithdraw, failure.words)
        }
        rotation.body.isCreationUnseen = true
        guard try await isWithdrawn(id, server, try await listed(server)) else {
            return bear(
                with: server, waiting: .notYetRefused, thenHeld: .newSecretStillAccepted,
                "withdrawn, and the server still lists or accepts it")
        }
        return try await proveOldInForce(server)
    }

    private func proveOldInForce(_ server: any AuthorizationServer) async throws -> StepResult {
        switch try await ask(server, about: .old, connection: .fresh) {
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
        // What can't be read can't be found out: it goes with the rest, once it must be there.
        if mayHoldUnseen(server) { return try await concludeUncreated(server) }
        switch try await reconcileCreation(server) {
        case .moved: return .again
        case .again: return .again
        case let other: return other
        }
    }
}
