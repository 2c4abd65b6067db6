import RotationCore

extension RotationDriver {
    /// Runs the reload hooks that haven't succeeded yet.
    ///
    /// Phases `reload`, `recall`.
    func reload() async throws -> StepResult {
        let plan = rotation.plan
        let phase = rotation.state.phase ?? .reload
        let context = ReloadContext(client: rotation.client, rotation: rotation.id, phase: phase)
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
        let findings = try await consumersUse(role)
        if let (name, finding) = findings.first(where: { $0.1 != .passes }) {
            // Asked again at every run, without growing pauses: consumers come round in their time.
            return .waits(
                .adoption, "\(name): \(finding.words)",
                until: clock.now() + rotation.plan.retry.first)
        }
        // Else the guards would send the rotation back here, at once and for ever.
        if role == .new, findings.isEmpty, rotation.plan.soak == nil {
            return .waits(.adoption, "the plan names neither consumers nor a soak")
        }
        if let end = soakEnd, clock.now() < end {
            return .waits(.soak, "the plan says to wait \(rotation.plan.soak ?? .zero)", until: end)
        }
        return .moved(
            .done,
            ["consumers": "\(findings.count)", "soak": rotation.plan.soak?.description ?? ""])
    }

    /// When the plan's soak is over; nil where it asks for none.
    var soakEnd: Instant? {
        guard let soak = rotation.plan.soak, let since = rotation.body.distributedAt else {
            return nil
        }
        return since + soak
    }

    /// For each consumer, whether it is proven to use the secret of `role`.
    ///
    /// Taken anew, and noted.
    func consumersUse(_ role: SecretRole) async throws -> [(String, GuardFinding)] {
        var findings: [(String, GuardFinding)] = []
        for consumer in rotation.plan.consumers {
            let (verdict, words, report) = try await judge(consumer, role)
            draft.evidence.append(
                Evidence(
                    consumer: consumer.name, verdict: verdict, detail: words,
                    reportedAt: report?.at, takenAt: clock.now()))
            switch verdict {
            case .proven: findings.append((consumer.name, .passes))
            case .onOther: findings.append((consumer.name, .fails(words)))
            case .unknown: findings.append((consumer.name, .unknown(words)))
            }
        }
        return findings
    }

    private func judge(_ consumer: ConsumerSettings, _ role: SecretRole) async throws
        -> (Evidence.Verdict, String, AdoptionReport?)
    {
        let plan = rotation.plan
        let report: AdoptionReport?
        do {
            let reporter = try await parts.factory.reporter(consumer, of: plan)
            report = try await reporter.report()
        } catch {
            return (.unknown, error.message, nil)
        }
        guard let report else { return (.unknown, "it has not reported yet", nil) }
        let other: SecretRole = role == .new ? .old : .new
        let server = try await server()
        let client = client(of: role, at: server) ?? plan.clientID
        guard report.proves(try secret(role), client: client) else {
            let otherClient = self.client(of: other, at: server) ?? plan.clientID
            let isOther = try report.proves(secret(other), client: otherClient)
            return isOther
                ? (.onOther, "it reports the \(other.rawValue) secret", report)
                : (.unknown, "its report matches neither secret", report)
        }
        guard let since = rotation.body.distributedAt, report.at >= since else {
            return (.unknown, "its report is older than the distribution", report)
        }
        guard report.at <= clock.now() + .minutes(5) else {
            return (.unknown, "its report is dated in the future", report)
        }
        return (.proven, "it reports the \(role.rawValue) secret", report)
    }
}

extension GuardFinding {
    /// The finding in words.
    var words: String {
        switch self {
        case .passes: "passes"
        case .fails(let words), .unknown(let words): words
        }
    }
}
