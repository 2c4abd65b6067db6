import RotationCore

extension RotationDriver {
    /// Runs the reload hooks that haven't succeeded yet.
    ///
    /// Phases `reload`, `recall`.
    func reload() async throws -> StepResult {
        let plan = rotation.plan
        let phase = rotation.state.phase ?? .reload
        let context = ReloadContext(
            client: rotation.client, rotation: rotation.id, phase: phase,
            since: rotation.body.distributedAt ?? rotation.body.phaseSince)
        for settings in plan.reload where !rotation.body.hooksDone.contains(settings.name) {
            let hook = try await call(settings.name) { () async throws(AdapterError) in
                try await parts.factory.hook(settings, of: plan)
            }
            do {
                try await mutate(.reload, on: settings.name) { () async throws(AdapterError) in
                    try await hook.reload(context)
                }
            } catch let failure as TargetFailure {
                return .waits(.hookFailed, "\(settings.name): \(failure.error.message)")
            }
            rotation.body.hooksDone.append(settings.name)
        }
        return .moved(.done, ["hooks": "\(plan.reload.count)"])
    }

    /// Collects evidence that every consumer uses the secret of `role`.
    ///
    /// Phases `adopt`, `readopt`.
    func collectEvidence(_ role: SecretRole) async throws -> StepResult {
        if let drift = try await drift(from: role) { return drift }
        let evidence = try await consumersUse(role)
        return waitForProof(evidence, isNeeded: role == .new) ?? .moved(.done, facts(evidence))
    }

    /// What there is to wait for before the evidence is proof; nil where nothing.
    func waitForProof(_ evidence: [Evidence], isNeeded: Bool) -> StepResult? {
        if let lacking = evidence.first(where: { !$0.finding.isPassed }) {
            // Asked again at every run, without growing pauses: consumers come round in their time.
            return .waits(
                .adoption, "\(lacking.consumer): \(lacking.detail)",
                until: clock.now() + rotation.plan.retry.first)
        }
        // Else the guards would send the rotation back here, at once and for ever.
        if isNeeded, evidence.isEmpty, rotation.plan.soak == nil {
            return .waits(.adoption, "the plan names neither consumers nor a soak")
        }
        return waitForSoak()
    }

    /// What there is to wait for before the plan's soak is over; nil where it is, or asks for none.
    func waitForSoak() -> StepResult? {
        guard let end = soakEnd(), clock.now() < end else { return nil }
        return .waits(.soak, "the plan says to wait \(rotation.plan.soak ?? .zero)", until: end)
    }

    /// When the plan's soak is over; nil where it asks for none.
    func soakEnd() -> Instant? {
        guard let soak = rotation.plan.soak, let since = rotation.body.distributedAt else {
            return nil
        }
        return end(of: soak, since: since, \.soakSinceBoot)
    }
}
