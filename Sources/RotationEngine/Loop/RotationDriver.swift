import RotationCore

/// Drives one rotation: attempts the present state's effect, commits what came of it, goes on.
///
/// Nothing that must survive a crash is kept here. A driver that dies at any point leaves a journal
/// from which another one goes on.
actor RotationDriver {
    let parts: EngineParts
    var rotation: Rotation
    /// What the next commit writes besides the rotation's state.
    var draft = JournalEntry()
    var opened: [SecretRole: ClientSecret] = [:]
    /// What is sealed in the journal; only this driver puts anything there.
    var records: [SecretRole: [UInt8]]
    /// A secret that the server just made, until it is sealed in the journal.
    var unrecorded: UnrecordedSecret?
    /// News of what isn't committed yet.
    private var untold: [RotationNews] = []
    /// What a phase that was done by looking alone left to be committed with the next intent.
    private var deferred: JournalEntry?
    private let operations: [Operation]
    private let requests: [Request]
    private var serverPort: (any AuthorizationServer)?
    private var storePorts: [(name: String, port: any SecretStore)]?

    private let options: RunOptions

    init(_ dossier: RotationDossier, parts: EngineParts, options: RunOptions) throws {
        rotation = try dossier.rotation(parts.journal.plans)
        operations = dossier.operations
        requests = dossier.requests
        records = dossier.sealed
        self.parts = parts
        self.options = options
    }

    var clock: any RotationClock { parts.clock }

    /// Advances the rotation until it waits, is held, ends, or has come to `stop`.
    func drive() async throws -> Rotation {
        try await begin()
        while case .running(let phase) = rotation.state, rotation.nextAt <= clock.now(),
            !options.isStopping(), !options.isPast(phase)
        {
            let before = (rotation.state, rotation.reason)
            let result = try await attempt(phase.effect)
            do { try await settle(result) } catch let failure as JournalFailure
                where failure.kind == .diskFull
            { throw await rescue(after: failure) }
            unrecorded = nil
            if before != (rotation.state, rotation.reason) { tell(result, of: phase) }
        }
        if isDraftDeferred { try await commit() }
        return rotation
    }

    private func tell(_ result: StepResult, of phase: Phase) {
        let event: RotationEvent? =
            switch result {
            case .moved(let event, _): event
            case .holds: .stopped
            case .waits, .again: nil
            }
        var news = RotationNews(rotation: rotation, phase: phase, event: event)
        if case .moved(_, let facts) = result { news.skipped = facts["skipped"] }
        if isDraftDeferred { untold.append(news) } else { options.observe(news) }
    }

    /// Closes what an earlier run left open, and answers what people asked meanwhile.
    private func begin() async throws {
        for operation in operations {
            draft.closed.append(
                ClosedOperation(
                    number: operation.number, outcome: .unknown,
                    detail: "the run that sent it ended before the answer was recorded"))
            draft.audit.append(
                AuditEvent(
                    "\(operation.kind.rawValue)-unknown",
                    ["operation": "\(operation.number)", "target": operation.target]))
        }
        if !draft.closed.isEmpty || !requests.isEmpty {
            answer(requests)
            draft.rotation = rotation
            try await commit()
        }
    }

    private func attempt(_ effect: RotationEffect) async throws -> StepResult {
        let before = (rotation, records, opened)
        do { return try await perform(effect) } catch let failure as TargetFailure {
            return conclude(from: failure)
        } catch let failure as SealingFailure {
            return .holds(.sealedSecretMissing, failure.message)
        } catch let failure as JournalFailure where failure.kind == .busy {
            // A person asked something between the guards and the intent: look again. What was to
            // be sealed with the intent isn't.
            draft = deferred ?? JournalEntry()
            (rotation, records, opened) = before
            return .again
        }
    }

    /// One exhaustive switch from effects to what does them.
    private func perform(_ effect: RotationEffect) async throws -> StepResult {
        switch effect {
        case .stage: try await stage()
        case .collectReadiness: try await collectReadiness()
        case .create: try await create()
        case .proveAccepted(let role): try await proveAccepted(role)
        case .distribute(let role): try await distribute(role)
        case .reload: try await reload()
        case .collectEvidence(let role): try await collectEvidence(role)
        case .waitOut: try await waitOut()
        case .disable: try await disable()
        case .enable: try await enable()
        case .delete(.old): try await deleteOld()
        case .delete(.new): try await withdrawNew()
        case .proveRefused: try await proveRefused()
        case .watch: try await watch()
        case .close: try await close()
        }
    }

    private func settle(_ result: StepResult) async throws {
        let now = clock.now()
        switch result {
        case .moved(let event, let facts):
            var facts = facts
            facts["phase"] = rotation.state.phase?.rawValue
            try rotation.apply(event, at: now)
            enterPhase(at: now)
            facts["state"] = rotation.stateName
            facts["next"] = rotation.state.phase?.rawValue
            draft.audit.append(AuditEvent("phase-\(event.rawValue)", facts))
        case .waits(let reason, let detail, let until):
            note(reason, detail)
            rotation.body.attempt += 1
            let pause = rotation.plan.retry.pause(
                afterAttempt: rotation.body.attempt, fraction: parts.random.fraction())
            rotation.wait(for: reason, detail: detail, until: until ?? now + pause, now: now)
        case .holds(let reason, let detail):
            try rotation.apply(.stopped, at: now)
            rotation.wait(for: reason, detail: detail, until: now, now: now)
            draft.audit.append(
                AuditEvent("held", ["reason": reason.rawValue, "detail": detail]))
        case .again:
            break
        }
        draft.rotation = rotation
        if mayWait(result) { deferred = draft } else { try await commit() }
    }

    var isDraftDeferred: Bool { deferred != nil }

    /// Whether the draft may be committed together with what comes next.
    ///
    /// That is so where a phase was done by looking alone: nothing was mutated, sealed or answered,
    /// and a crash before the commit only means to look again. The next intent is not committed
    /// without it, so nothing is ever done in a state that the journal doesn't know.
    private func mayWait(_ result: StepResult) -> Bool {
        guard case .moved(.done, _) = result, case .running = rotation.state else { return false }
        return draft.closed.isEmpty && draft.sealed.isEmpty && draft.answered.isEmpty
    }

    /// A reason is audited once, not at each attempt.
    private func note(_ reason: Reason, _ detail: String?) {
        guard reason != rotation.reason else { return }
        draft.audit.append(
            AuditEvent("waiting", ["reason": reason.rawValue, "detail": detail ?? ""]))
    }

    private func enterPhase(at now: Instant) {
        switch rotation.state {
        case .running(.overlap):
            rotation.body.overlapSince = now
            rotation.body.overlapSinceBoot = clock.sinceBoot()
        case .running(.disable), .running(.withdraw):
            // The admin login may be the client that turns: from here on it has to be what the
            // stores hold now, for what it was before is about to be taken away.
            serverPort = nil
        case .completed, .abandoned:
            draft.shreds = true
            draft.nextDue = nextDue(at: now)
        case .running, .held: break
        }
    }

    /// An abandoned rotation is tried again one period later too: never in a circle.
    private func nextDue(at now: Instant) -> NextDue {
        NextDue(
            client: rotation.client,
            at: rotation.plan.schedule?.due(after: now, fraction: parts.random.fraction()),
            completedAt: rotation.state == .completed ? now : nil)
    }

    /// Commits the draft, and answers whatever was asked in the meantime.
    func commit() async throws {
        var entry = draft
        draft = JournalEntry()
        var receipt = try await send(entry)
        while !receipt.requests.isEmpty, !rotation.state.isEnded {
            entry = JournalEntry()
            answer(receipt.requests)
            entry = draft
            draft = JournalEntry()
            entry.rotation = rotation
            receipt = try await send(entry)
        }
    }

    func send(_ entry: JournalEntry) async throws -> JournalReceipt {
        let receipt = try await parts.journal.committer.commit(
            PendingEntry(
                entry, rotation: rotation.id, client: rotation.client, epoch: parts.epoch,
                at: clock.now()),
            to: parts.journal)
        deferred = nil
        for news in untold { options.observe(news) }
        untold = []
        return receipt
    }

    // MARK: Ports

    /// The server, once it has said that it is the one.
    func server() async throws -> any AuthorizationServer {
        if let serverPort { return serverPort }
        let plan = rotation.plan
        let port = try await call(plan.server.name, isServer: true) {
            () async throws(AdapterError) in try await parts.factory.server(of: plan)
        }
        try await assertIdentity(of: plan.server, key: "server", isServer: true) {
            () async throws(AdapterError) in try await port.identity()
        }
        serverPort = port
        return port
    }

    /// The stores in the plan's order, once each has said that it is the one.
    func stores() async throws -> [(name: String, port: any SecretStore)] {
        if let storePorts { return storePorts }
        var ports: [(name: String, port: any SecretStore)] = []
        let plan = rotation.plan
        for settings in plan.stores {
            let port = try await call(settings.name) { () async throws(AdapterError) in
                try await parts.factory.store(settings, of: plan)
            }
            try await assertIdentity(of: settings, key: "store:\(settings.name)") {
                () async throws(AdapterError) in try await port.identity()
            }
            ports.append((settings.name, port))
        }
        storePorts = ports
        return ports
    }

    private func assertIdentity(
        of settings: TargetSettings, key: String, isServer: Bool = false,
        ask: @Sendable () async throws(AdapterError) -> TargetIdentity
    ) async throws {
        let client = isServer ? rotation.plan.clientID : nil
        let identity = try await call(settings.name, isServer: isServer) {
            () async throws(AdapterError) in
            try await parts.identities.identity(of: settings, for: client, ask: ask)
        }
        if let recorded = rotation.body.identities[key], recorded != identity {
            let words = "\(settings.name) was \(recorded.rawValue) and is now \(identity.rawValue)"
            throw TargetFailure(
                target: settings.name, isServer: isServer,
                error: AdapterError(.wrongTarget, code: "identity-changed", message: words))
        }
        rotation.body.identities[key] = identity
    }

    /// Calls a port, remembering which target it was.
    func call<Result: Sendable>(
        _ target: String, isServer: Bool = false,
        _ body: () async throws(AdapterError) -> Result
    ) async throws -> Result {
        do { return try await body() } catch {
            throw TargetFailure(target: target, isServer: isServer, error: error)
        }
    }

    /// After a plan was taken over, its targets are others.
    func forgetPorts() {
        serverPort = nil
        storePorts = nil
    }
}
