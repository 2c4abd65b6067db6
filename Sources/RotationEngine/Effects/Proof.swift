import RotationCore

/// What can be told of each consumer, and what it is taken for.
///
/// Anything but a clear answer is unknown, and keeps both secrets accepted.
extension RotationDriver {
    /// What the evidence of each consumer comes to, for the one question that is asked of all.
    private struct Judgement {
        let verdict: Evidence.Verdict
        let words: String
        var reportedAt: Instant?
        var isUnseen = false
    }

    /// For each consumer, whether it is proven to use the secret of `role`.
    ///
    /// Taken anew, and noted.
    func consumersUse(_ role: SecretRole) async throws -> [Evidence] {
        let other: SecretRole = role == .new ? .old : .new
        let server = try await server()
        let (secret, otherSecret) = (try secret(role), try self.secret(other))
        let (client, otherClient) = (
            client(of: role, at: server), self.client(of: other, at: server)
        )
        return try await consumers { report in
            switch report {
            case .fingerprint(let report):
                let planned = rotation.plan.clientID
                if report.proves(secret, client: client ?? planned) {
                    return current(report, "it reports the \(role.rawValue) secret")
                }
                let isOther = report.proves(otherSecret, client: otherClient ?? planned)
                return Judgement(
                    verdict: isOther ? .onOther : .unknown,
                    words: isOther
                        ? "it reports the \(other.rawValue) secret"
                        : "its report matches neither secret", reportedAt: report.at)
            case .telemetry(let quiet): return try await uses(of: role, quiet: quiet, server)
            case .rollout(let rollout): return judge(rollout)
            case .storeRead(let at): return judge(readAt: at)
            }
        }
    }

    /// For each consumer, whether it is proven to hold the candidate beside the secret in force.
    func consumersHoldCandidate() async throws -> [Evidence] {
        let (old, new) = (try secret(.old), try secret(.new))
        let client = rotation.plan.clientID
        return try await consumers { report in
            switch report {
            case .fingerprint(let report):
                if report.proves(new, client: client) {
                    return current(report, "it reports the new secret")
                }
                guard report.proves(old, client: client) else {
                    return Judgement(
                        verdict: .unknown, words: "its report matches neither secret",
                        reportedAt: report.at)
                }
                guard report.provesCandidate(new, client: client) else {
                    return Judgement(
                        verdict: .unknown, words: "it doesn't report that it holds the candidate",
                        reportedAt: report.at)
                }
                return current(report, "it holds the candidate beside the old secret")
            case .storeRead(let at): return judge(readAt: at)
            case .telemetry, .rollout:
                return assumed("it doesn't show whether the candidate would be tried", nil)
            }
        }
    }

    /// What it leads to that consumers were proven once; nil where they still are.
    ///
    /// Who tells of them may be away for a moment: then nothing is revoked, and nothing is begun
    /// anew either.
    func obstacle(in evidence: [Evidence]) -> StepResult? {
        guard let lacking = evidence.lacking else { return nil }
        if lacking.isUnseen { return waitForSight("\(lacking.consumer): \(lacking.detail)") }
        return .moved(.unproven, ["consumer": lacking.consumer, "detail": lacking.detail])
    }

    /// The same phase, until somebody can look at the consumers again.
    func waitForSight(_ words: String) -> StepResult {
        .waits(.adoption, words, until: clock.now() + rotation.plan.retry.first)
    }

    private func consumers(
        _ judge: (ConsumerReport) async throws -> Judgement
    ) async throws -> [Evidence] {
        var all: [Evidence] = []
        for consumer in rotation.plan.consumers {
            let (source, judgement) = try await self.judge(consumer, judge)
            var evidence = Evidence(
                consumer: consumer.name, source: source, verdict: judgement.verdict,
                detail: judgement.words, reportedAt: judgement.reportedAt, takenAt: clock.now())
            evidence.isUnseen = judgement.isUnseen
            all.append(evidence)
        }
        draft.evidence += all
        return all
    }

    private func judge(
        _ consumer: ConsumerSettings, _ judge: (ConsumerReport) async throws -> Judgement
    ) async throws -> (EvidenceClass, Judgement) {
        guard consumer.report != nil else {
            return (.soak, assumed("nothing can be seen of it", nil))
        }
        var source = EvidenceClass.soak
        let report: ConsumerReport?
        do {
            let reporter = try await parts.factory.reporter(consumer, of: rotation.plan)
            source = reporter.source
            report = try await reporter.report(since: rotation.body.distributedAt)
        } catch {
            return (
                source, Judgement(verdict: .unknown, words: error.message, isUnseen: true)
            )
        }
        guard let report else {
            return (source, Judgement(verdict: .unknown, words: "it has not reported yet"))
        }
        return (source, try await judge(report))
    }

    /// A consumer's word, if it is newer than what was last written.
    private func current(_ report: AdoptionReport, _ words: String) -> Judgement {
        guard let since = rotation.body.distributedAt, report.at >= since else {
            return Judgement(
                verdict: .unknown, words: "its report is older than the distribution",
                reportedAt: report.at)
        }
        guard report.at <= clock.now() + .minutes(5) else {
            return Judgement(
                verdict: .unknown, words: "its report is dated in the future",
                reportedAt: report.at)
        }
        return Judgement(verdict: .proven, words: words, reportedAt: report.at)
    }

    private func judge(_ rollout: Rollout) -> Judgement {
        guard rotation.body.distributedAt != nil else {
            return Judgement(verdict: .unknown, words: "nothing was distributed yet")
        }
        if let lack = rollout.lack {
            return Judgement(verdict: .unknown, words: lack, reportedAt: rollout.oldestAt)
        }
        return Judgement(
            verdict: .proven, words: "every instance began after the distribution",
            reportedAt: rollout.oldestAt)
    }

    private func judge(readAt moment: Instant) -> Judgement {
        guard let since = rotation.body.distributedAt, moment >= since else {
            return Judgement(
                verdict: .unknown, words: "its last read of the store was before the distribution",
                reportedAt: moment)
        }
        return assumed("it has read the store since the distribution", moment)
    }

    /// What is no proof, and counts only where the plan says so in words.
    private func assumed(_ words: String, _ moment: Instant?) -> Judgement {
        guard let soak = rotation.plan.soak else {
            return Judgement(
                verdict: .unknown, words: "\(words), which counts only with `soak:` in the plan",
                reportedAt: moment)
        }
        return Judgement(
            verdict: .assumed, words: "\(words); the plan's soak of \(soak) stands in",
            reportedAt: moment)
    }

    /// Whether the server saw nothing but the secret of `role` for as long as the consumer can go
    /// without a token.
    ///
    /// It must be silent for that long up to its last sight of the secret that should be used:
    /// behind that it may be blind, and blind is not silent. And for that long since the
    /// distribution: before that nobody could know another one.
    private func uses(
        of role: SecretRole, quiet: Span, _ server: any AuthorizationServer
    ) async throws -> Judgement {
        guard server.capabilities.telemetry == .secret else {
            let words =
                server.capabilities.telemetry == .retained
                ? "the server tells only when the retained secret was used, which proves nothing"
                : "the server doesn't tell when a secret was used"
            return Judgement(verdict: .unknown, words: words)
        }
        let listed = try await listed(server)
        let (new, old) = (rotation.newCredential, rotation.oldCredential)
        let (id, otherID) = role == .new ? (new, old) : (old, new)
        let (used, other) = (
            listed.first { $0.id == id }?.lastUsedAt, listed.first { $0.id == otherID }?.lastUsedAt
        )
        let name = role == .new ? "old" : "new"
        guard let used else {
            return Judgement(
                verdict: .unknown,
                words: "the server tells of no use of the \(role.rawValue) secret")
        }
        let isGone = rotation.body.isDeleteSent && !listed.contains { $0.id == otherID }
        if role == .new, isGone {
            return Judgement(
                verdict: .proven, words: "the server doesn't hold the old secret any more",
                reportedAt: used)
        }
        guard let other else {
            return Judgement(
                verdict: .unknown,
                words: "the server tells of no use of the \(name) secret at all, so it may be blind"
            )
        }
        guard let since = rotation.body.distributedAt else {
            return Judgement(verdict: .unknown, words: "nothing was distributed yet")
        }
        let lag = server.capabilities.telemetryLag.milliseconds
        let silent = used.since(max(other, since)).milliseconds - lag
        guard silent >= quiet.milliseconds else {
            return Judgement(
                verdict: other > used ? .onOther : .unknown,
                words:
                    "the server hasn't seen the \(role.rawValue) secret, and not the \(name) one, "
                    + "for \(quiet) since the distribution", reportedAt: other)
        }
        return Judgement(
            verdict: .proven,
            words: "the server saw the \(role.rawValue) secret, and not the \(name) one for "
                + "\(quiet)", reportedAt: used)
    }

    /// Evidence as facts for the audit.
    func facts(_ evidence: [Evidence]) -> [String: String] {
        [
            "consumers": "\(evidence.count)", "soak": rotation.plan.soak?.description ?? "",
            "grade": evidence.grade.rawValue,
        ]
    }
}
