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
            since: rotation.body.phaseSince)
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
        return waitForProof(findings, isNeeded: role == .new)
            ?? .moved(
                .done,
                ["consumers": "\(findings.count)", "soak": rotation.plan.soak?.description ?? ""])
    }

    /// What there is to wait for before the findings are proof; nil where nothing.
    func waitForProof(_ findings: [(String, GuardFinding)], isNeeded: Bool) -> StepResult? {
        if let (name, finding) = findings.first(where: { $0.1 != .passes }) {
            // Asked again at every run, without growing pauses: consumers come round in their time.
            return .waits(
                .adoption, "\(name): \(finding.words)",
                until: clock.now() + rotation.plan.retry.first)
        }
        // Else the guards would send the rotation back here, at once and for ever.
        if isNeeded, findings.isEmpty, rotation.plan.soak == nil {
            return .waits(.adoption, "the plan names neither consumers nor a soak")
        }
        if let end = soakEnd, clock.now() < end {
            return .waits(.soak, "the plan says to wait \(rotation.plan.soak ?? .zero)", until: end)
        }
        return nil
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
        let other: SecretRole = role == .new ? .old : .new
        let server = try await server()
        let (secret, otherSecret) = (try secret(role), try self.secret(other))
        let (client, otherClient) = (
            client(of: role, at: server), self.client(of: other, at: server)
        )
        return await consumers { report, planned in
            if report.proves(secret, client: client ?? planned) {
                return (.proven, "it reports the \(role.rawValue) secret")
            }
            return report.proves(otherSecret, client: otherClient ?? planned)
                ? (.onOther, "it reports the \(other.rawValue) secret")
                : (.unknown, "its report matches neither secret")
        }
    }

    /// For each consumer, what its report is taken for; one that is proven must be newer than what
    /// was last written.
    func consumers(
        _ judge: (AdoptionReport, ClientID) -> (Evidence.Verdict, String)
    ) async -> [(String, GuardFinding)] {
        var findings: [(String, GuardFinding)] = []
        for consumer in rotation.plan.consumers {
            let (verdict, words, report) = await self.judge(consumer, judge)
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

    private func judge(
        _ consumer: ConsumerSettings,
        _ judge: (AdoptionReport, ClientID) -> (Evidence.Verdict, String)
    ) async -> (Evidence.Verdict, String, AdoptionReport?) {
        let report: AdoptionReport?
        do {
            let reporter = try await parts.factory.reporter(consumer, of: rotation.plan)
            report = try await reporter.report()
        } catch {
            return (.unknown, error.message, nil)
        }
        guard let report else { return (.unknown, "it has not reported yet", nil) }
        let (verdict, words) = judge(report, rotation.plan.clientID)
        guard verdict == .proven else { return (verdict, words, report) }
        guard let since = rotation.body.distributedAt, report.at >= since else {
            return (.unknown, "its report is older than the distribution", report)
        }
        guard report.at <= clock.now() + .minutes(5) else {
            return (.unknown, "its report is dated in the future", report)
        }
        return (.proven, words, report)
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
