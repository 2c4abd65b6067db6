import RotationCore

extension RotationDriver {
    /// Does what people asked, in the order in which they asked it.
    ///
    /// Committed by the caller.
    func answer(_ requests: [Request]) {
        let now = clock.now()
        for request in requests {
            draft.answered.append(request.number)
            let refusal = rotation.state.isEnded ? "the rotation is over" : answer(request, at: now)
            var facts = ["request": "\(request.number)"]
            facts["refused"] = refusal
            draft.audit.append(AuditEvent("answered-\(request.kind.rawValue)", facts))
        }
    }

    /// Why a request is refused; nil where it was done.
    private func answer(_ request: Request, at now: Instant) -> String? {
        switch request.kind {
        case .hold: return hold(request, at: now)
        case .resume:
            goOn(at: now)
            return nil
        case .retry: return tryAgain(at: now)
        case .approve:
            rotation.body.approval = request.words
            rotation.nextAt = now
            return nil
        case .rollback:
            // Who was killed right after asking asks again, and gets what was asked for.
            if rotation.isGoingBack { return nil }
            if let refusal = rotation.rollbackRefusal { return refusal }
            rotation.body.rollbackReason = request.words
            return turn(.turnedBack, at: now)
        case .forward:
            if let refusal = rotation.forwardRefusal { return refusal }
            rotation.body.rollbackReason = nil
            return turn(.turnedForward, at: now)
        case .keepPlan:
            rotation.body.acknowledgedDigest = request.words
            goOn(at: now)
            return nil
        case .acceptPlan: return takeOver(planWithDigest: request.words, at: now)
        }
    }

    private func hold(_ request: Request, at now: Instant) -> String? {
        guard case .running = rotation.state else { return "the rotation is held already" }
        let refusal = turn(.stopped, at: now)
        rotation.wait(for: .byOperator, detail: request.words, until: now, now: now)
        return refusal
    }

    /// Where consumers are waited for, they are told again: a hook's report may have got lost, or
    /// have been dated by a clock that was set back since.
    private func tryAgain(at now: Instant) -> String? {
        goOn(at: now)
        switch rotation.state {
        case .running(.adopt), .running(.readopt), .running(.ready):
            let refusal = turn(.drifted, at: now)
            rotation.body.drifts = 0
            return refusal
        case .running, .held, .completed, .abandoned: return nil
        }
    }

    private func goOn(at now: Instant) {
        rotation.body.attempt = 0
        rotation.body.drifts = 0
        rotation.nextAt = now
        // Patience begins anew: the person has seen to what was wrong.
        rotation.body.phaseSince = now
        guard case .held = rotation.state else { return }
        if rotation.reason == .storeChanged { openMarks() }
        _ = turn(.resumed, at: now)
    }

    private func turn(_ event: RotationEvent, at now: Instant) -> String? {
        do {
            try rotation.apply(event, at: now)
            return nil
        } catch {
            return "the rotation is in \(rotation.state.phase?.rawValue ?? rotation.stateName)"
        }
    }

    /// Only for as long as nobody can have switched the server.
    private var mayStageAgain: Bool { isStaged && !rotation.body.isCreationOpen }

    private func takeOver(planWithDigest digest: String, at now: Instant) -> String? {
        guard let plan = try? parts.journal.plan(digest: digest) else { return "no such plan" }
        guard plan.client == rotation.client, plan.clientIDs == rotation.plan.clientIDs,
            plan.server.type == rotation.plan.server.type,
            plan.strategy == rotation.plan.strategy
        else { return "the edited plan is for another client, server or strategy" }
        rotation.plan = plan
        rotation.planDigest = digest
        rotation.body.identities = [:]
        forgetPorts()
        if case .held = rotation.state { _ = turn(.resumed, at: now) }
        // Stores and consumers may have been added: distribute again before anything is revoked.
        if rotation.state.phase != .create || mayStageAgain { _ = turn(.drifted, at: now) }
        rotation.body.drifts = 0
        return nil
    }
}
