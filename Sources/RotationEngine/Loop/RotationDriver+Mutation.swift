import RotationCore

extension RotationDriver {
    /// One external mutation: the intent is committed, then exactly one attempt is made, and its
    /// outcome goes into the draft, to be committed with the state that follows from it.
    func mutate<Result: Sendable>(
        _ kind: Operation.Kind, on target: String, isServer: Bool = false, label: String? = nil,
        yieldsToRequests: Bool = false,
        _ effect: () async throws(AdapterError) -> Result
    ) async throws -> Result {
        guard let phase = rotation.state.phase else {
            throw JournalFailure(.ruleBroken, "a rotation that is over changes nothing")
        }
        // What waited for this commit would have met requests at a commit of its own.
        draft.yieldsToRequests = yieldsToRequests || isDraftDeferred
        draft.opened = Operation(
            rotation: rotation.id, phase: phase, kind: kind, target: target, label: label)
        draft.rotation = rotation
        draft.audit.append(AuditEvent("\(kind.rawValue)-sent", ["target": target]))
        let entry = draft
        let receipt = try await send(entry)
        draft = JournalEntry()
        let number = receipt.operation ?? 0
        do {
            let result = try await effect()
            close(number, kind, target, .ok, nil)
            return result
        } catch {
            let outcome: Operation.Outcome = error.provesNoEffect ? .noEffect : .unknown
            close(number, kind, target, outcome, error.message)
            throw TargetFailure(target: target, isServer: isServer, error: error)
        }
    }

    private func close(
        _ number: Int64, _ kind: Operation.Kind, _ target: String, _ outcome: Operation.Outcome,
        _ detail: String?
    ) {
        draft.closed.append(ClosedOperation(number: number, outcome: outcome, detail: detail))
        var facts = ["target": target, "operation": "\(number)"]
        facts["detail"] = detail
        draft.audit.append(AuditEvent("\(kind.rawValue)-\(outcome.rawValue)", facts))
    }

    /// What a failed call means where the effect has nothing more particular to say.
    func conclude(from failure: TargetFailure) -> StepResult {
        let words = failure.words
        switch failure.error.kind {
        case .unavailable(let retryAfter):
            let until = retryAfter.map { clock.now() + $0 }
            let reason: Reason = failure.isServer ? .serverUnavailable : .storeUnavailable
            return .waits(reason, words, until: until)
        case .unknown: return .waits(.unknownOutcome, words)
        case .unauthorized: return .waits(.unauthorized, words)
        case .conflict: return .waits(.storeNotYetEqual, words)
        case .refused, .missing: return .holds(.refusedByTarget, words)
        case .limitReached: return .holds(.slotOccupied, words)
        case .wrongTarget: return .holds(.wrongTarget, words)
        }
    }

    /// The secret of a role, opened from the journal.
    func secret(_ role: SecretRole) throws -> ClientSecret {
        if let secret = opened[role] { return secret }
        guard let record = records[role] else {
            throw SealingFailure(.recordAltered, "the \(role.rawValue) secret is not sealed")
        }
        let secret = try parts.sealer.open(
            record, rotation: rotation.id, client: rotation.client, role: role)
        opened[role] = secret
        return secret
    }

    /// Puts a sealed secret into the draft.
    func seal(_ secret: ClientSecret, as role: SecretRole) throws {
        let record = try parts.sealer.seal(
            secret, rotation: rotation.id, client: rotation.client, role: role)
        draft.sealed.append(SealedRecord(role: role, record: record))
        records[role] = record
        opened[role] = secret
    }

    /// Whatever secrets there are, to recognise listed ones by.
    func known() -> KnownSecrets {
        KnownSecrets(old: try? secret(.old), new: try? secret(.new))
    }

    /// What the server lists now.
    func listed(_ server: any AuthorizationServer) async throws -> [Credential] {
        let known = known()
        return try await call(rotation.plan.server.name, isServer: true) {
            () async throws(AdapterError) in try await server.credentials(knowing: known)
        }
    }

    /// What the token endpoint says of the secret of a role.
    func ask(
        _ server: any AuthorizationServer, about role: SecretRole,
        connection: ProbeConnection = .kept
    ) async throws -> AuthenticationResult {
        let secret = try secret(role)
        if role == .old { noteProbe(server) }
        let id = role == .old ? rotation.oldCredential : rotation.newCredential
        let answer = try await call(rotation.plan.server.name, isServer: true) {
            () async throws(AdapterError) in
            try await server.authenticate(with: secret, of: id, connection: connection)
        }
        if case .accepted(let lifetime?) = answer { rotation.body.tokenLifetime = lifetime }
        return answer
    }

    /// Remembers when the old secret was presented by us, so that nobody takes us for a straggler.
    private func noteProbe(_ server: any AuthorizationServer) {
        guard rotation.body.revokedAt != nil, server.capabilities.events != .none else { return }
        rotation.body.probedAt = (rotation.body.probedAt ?? []).suffix(255) + [clock.now()]
    }

    /// What the token endpoint says of a secret of which no id is known.
    func ask(
        _ server: any AuthorizationServer, about secret: ClientSecret,
        connection: ProbeConnection = .kept
    ) async throws -> AuthenticationResult {
        try await call(rotation.plan.server.name, isServer: true) {
            () async throws(AdapterError) in
            try await server.authenticate(with: secret, connection: connection)
        }
    }
}
