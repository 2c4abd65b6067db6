import RotationCore

/// What became of a creation whose answer was lost.
extension RotationDriver {
    /// Asks the world what became of a creation.
    ///
    /// Never creates to find out.
    func reconcileCreation(_ server: any AuthorizationServer) async throws -> StepResult {
        let listed = try await listed(server)
        let question = CreateReconciliation.Question(
            capabilities: server.capabilities, baseline: Set(rotation.body.baseline),
            old: rotation.oldCredential ?? CredentialID(rawValue: ""),
            knowsNewValue: known().new != nil, label: rotation.label,
            creations: rotation.body.creations, isExclusive: rotation.plan.isExclusive)
        switch CreateReconciliation.decide(question, listed: listed) {
        case .adopt(let credential):
            return try adoptListed(credential, among: listed, server)
        case .adoptIfAccepted(let credential):
            return try await adoptAccepted(credential, among: listed, server)
        case .deleteOrphan(let orphan):
            do { try await deleteOrphan(orphan, server) } catch let failure as TargetFailure
                where failure.isForGood(at: server)
            { return leave(orphan, failure) }
            rotation.body.isCreationOpen = false
            return .again
        case .createAgain:
            return try await concludeUncreated(server)
        case .replaceLost:
            return try await replaceLost(server)
        case .ambiguous(let ids):
            return .holds(
                .createAmbiguous,
                "a creation was sent and nobody knows what it came to; look at: "
                    + ids.map(\.rawValue).joined(separator: ", "))
        }
    }

    /// Stands for the id of a secret that no slot holds any more; no server lists it.
    static let gone = CredentialID(rawValue: "gone")

    private func adoptListed(
        _ credential: Credential, among listed: [Credential], _ server: any AuthorizationServer
    ) throws -> StepResult {
        // Where creating moves slots, the old secret now has another id than the recorded one.
        let old = listed.first { $0.holds == .old && $0.id != credential.id }
        if let old { rotation.oldCredential = old.id }
        guard credential.id != rotation.oldCredential else {
            // It took the old one's slot and nothing holds the old one. Where no secret can be put
            // back, the consumers are locked out until they have the new one.
            guard server.capabilities.canWithdraw, !switches(server) else {
                return try adopt(credential.id, value: credential.secret, old: Self.gone)
            }
            // Else the old one is put back at once.
            if let value = credential.secret { try seal(value, as: .new) }
            rotation.oldCredential = nil
            rotation.newCredential = credential.id
            rotation.body.isCreationOpen = false
            return .moved(.turnedBack, ["reason": "the old secret is gone from its slot"])
        }
        return try adopt(credential.id, value: credential.secret, old: old?.id)
    }

    /// Goes on with an entry that shows nothing of its value, where the server accepts ours.
    private func adoptAccepted(
        _ credential: Credential, among listed: [Credential], _ server: any AuthorizationServer
    ) async throws -> StepResult {
        if try await ask(server, about: .new, connection: .fresh) == .accepted {
            return try adoptListed(credential, among: listed, server)
        }
        // Ours may not have spread yet. What stays refused is somebody else's: never deleted.
        return bear(
            with: server, waiting: .unknownOutcome, thenHeld: .createAmbiguous,
            "a secret was added and ours is refused; look at: \(credential.id.rawValue)")
    }

    /// Not there, at the second look.
    func concludeUncreated(_ server: any AuthorizationServer) async throws -> StepResult {
        if let new = known().new, try await ask(server, about: new) == .accepted {
            return .waits(.unknownOutcome, "the new secret works already but is not listed yet")
        }
        if let look = secondLook() { return look }
        rotation.body.isCreationOpen = false
        return .again
    }

    /// Waits for a second look; nil where this is the second.
    ///
    /// A list may lag and a proxy may sit on a request, so what a lost creation came to is believed
    /// at the second look only, and not before it can have come through. Who asks for a retry
    /// hurries nothing.
    func secondLook() -> StepResult? {
        // A clock that was set back makes this no longer than it would be from now on.
        let latest = clock.now() + rotation.plan.retry.secondLook
        let second = min(rotation.body.creationSettlesAt ?? latest, latest)
        guard rotation.body.isCreationUnseen, second <= clock.now() else {
            rotation.body.isCreationUnseen = true
            rotation.body.creationSettlesAt = second
            return .waits(.unknownOutcome, "looking twice for a lost creation", until: second)
        }
        return nil
    }

    /// It stays beside the old secret, and nobody knows its value.
    ///
    /// Nothing is open any more: where there is room for another, going on makes that one.
    private func leave(_ orphan: CredentialID, _ failure: TargetFailure) -> StepResult {
        rotation.body.isCreationOpen = false
        rotation.body.leftBehind = (rotation.body.leftBehind ?? []) + [orphan]
        return .holds(.slotOccupied, failure.words)
    }

    private func deleteOrphan(_ orphan: CredentialID, _ server: any AuthorizationServer)
        async throws
    {
        guard orphan != rotation.oldCredential, !rotation.body.baseline.contains(orphan) else {
            throw SealingFailure(.recordAltered, "refusing to delete a secret that is not ours")
        }
        let survivor = try secret(.old)
        try await mutate(.delete, on: orphan.rawValue, isServer: true) {
            () async throws(AdapterError) in try await server.delete(orphan, keeping: survivor)
        }
    }
}
