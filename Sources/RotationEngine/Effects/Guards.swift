import RotationCore

extension RotationDriver {
    /// Waits until the minimum overlap is over and approval is given.
    ///
    /// Phase `overlap`.
    func waitOut() async throws -> StepResult {
        if let drift = try await drift(from: .new) { return drift }
        if let obstacle = obstacle(in: try await consumersUse(.new)) { return obstacle }
        if switches(try await server()) {
            return .moved(.done, ["skipped": "the old secret is refused since the switch"])
        }
        // Both are looked at, so that behind a reboot both begin anew at once.
        let (end, soak) = (overlapEnd(), waitForSoak())
        guard clock.now() >= end else {
            return .waits(.overlap, "both secrets stay accepted until then", until: end)
        }
        if let soak { return soak }
        if rotation.plan.needsApproval, rotation.body.approval == nil {
            return .waits(
                .approval, "the plan asks for a person's approval",
                until: clock.now() + rotation.plan.retry.first)
        }
        return .moved(.done, ["overlap": rotation.plan.overlap.description])
    }

    private func overlapEnd() -> Instant {
        let since = rotation.body.overlapSince ?? clock.now()
        return end(of: rotation.plan.overlap, since: since, \.overlapSinceBoot)
    }

    /// When a wait is over, on the later of the wall clock and the clock nobody can set.
    ///
    /// After a reboot the boot clock starts anew, and so does the wait: longer is safe.
    func end(
        of wait: Span, since: Instant, _ sinceBoot: WritableKeyPath<RotationBody, BootReading?>
    ) -> Instant {
        let (now, boot) = (clock.now(), clock.sinceBoot())
        let wallEnd = since + wait
        if rotation.body[keyPath: sinceBoot]?.bootID != boot.bootID {
            rotation.body[keyPath: sinceBoot] = boot
        }
        let begun = rotation.body[keyPath: sinceBoot]?.milliseconds ?? boot.milliseconds
        let left = wait.milliseconds - (boot.milliseconds - begun)
        return max(wallEnd, now + Span(milliseconds: max(0, left)))
    }

    /// Looks at every guard of the revocation, live.
    ///
    /// Invariant 4.
    func guardReport(_ server: any AuthorizationServer, _ listed: [Credential]) async throws
        -> GuardReport
    {
        var findings: [RevokeGuard: GuardFinding] = [:]
        findings[.newAccepted] =
            switch try await ask(server, about: .new, connection: .fresh) {
            case .accepted: .passes
            case .refused(let code): .fails("the server says \(code)")
            }
        findings[.storesHoldNew] = worst(try await storesHold(.new))
        let evidence = try await consumersUse(.new)
        findings[.consumersProven] = evidence.lacking?.finding ?? .passes
        if let end = soakEnd(), clock.now() < end {
            findings[.consumersProven] = .fails("the soak is not over")
        }
        if rotation.plan.consumers.isEmpty, rotation.plan.soak == nil {
            findings[.consumersProven] = .unknown("the plan names neither consumers nor a soak")
        }
        findings[.oldUnused] = try await oldUnused(listed, server)
        findings[.idsAgree] = idsAgree(listed)
        findings[.overlapOver] =
            clock.now() >= overlapEnd() ? .passes : .fails("the overlap is not over")
        findings[.planUnchanged] = try await planUnchanged()
        findings[.notHeld] = .passes
        let isApproved = !rotation.plan.needsApproval || rotation.body.approval != nil
        findings[.approved] = isApproved ? .passes : .fails("nobody approved")
        return GuardReport(findings, grade: evidence.grade)
    }

    /// Whether nobody is seen with the old secret whom the plan doesn't name.
    ///
    /// Where the server's log names secrets, it also says who that is; and where the old secret is
    /// disabled already, who is refused with it.
    private func oldUnused(_ listed: [Credential], _ server: any AuthorizationServer) async throws
        -> GuardFinding
    {
        if let refused = try await refusedWhileDisabled(server) { return refused }
        let users = try await usersOfOld(server)
        guard case .fails(let words) = oldUnused(listed, server.capabilities.telemetryLag) else {
            guard let last = users.first?.lastAt,
                clock.now() < last + rotation.plan.overlap + server.capabilities.eventLag
            else { return .passes }
            return .fails("the old secret is \(self.words(of: users))")
        }
        return .fails(users.isEmpty ? words : "\(words), \(self.words(of: users))")
    }

    /// A use that is newer than the proof is somebody's whom the plan doesn't name.
    ///
    /// Where uses are told late, silence is too: nothing is known yet of the last `lag`.
    private func oldUnused(_ listed: [Credential], _ lag: Span) -> GuardFinding {
        let old = listed.first { $0.id == rotation.oldCredential }
        guard let used = old?.lastUsedAt, let proven = rotation.body.overlapSince, used > proven
        else { return .passes }
        let ago = clock.now().since(used)
        if clock.now() >= used + rotation.plan.overlap + lag { return .passes }
        let seconds = Span(milliseconds: ago.milliseconds / 1_000 * 1_000)
        return .fails("the server says that the old secret was used \(seconds) ago")
    }

    /// Who got tokens with the old secret since everybody was proven on the new one.
    private func usersOfOld(_ server: any AuthorizationServer) async throws -> [PresenterTally] {
        let capabilities = server.capabilities
        guard capabilities.events == .named, let proven = rotation.body.overlapSince else {
            return []
        }
        // What is older than the overlap keeps nothing from moving.
        let quiet = Span(
            milliseconds: -(rotation.plan.overlap.milliseconds + capabilities.eventLag.milliseconds)
        )
        let since = max(proven, clock.now() + quiet)
        let end = rotation.body.phaseSince + rotation.plan.overlap
        let events =
            try await presented(
                at: server, since: since, knownUpTo: clock.now(), bearingUntil: end) ?? []
        try noteUnusual(events)
        return events.accepted
            .filter { $0.credential == rotation.oldCredential && $0.at > since }.tallies()
    }

    /// Whom the server refuses while the old secret can still be put back.
    private func refusedWhileDisabled(_ server: any AuthorizationServer) async throws
        -> GuardFinding?
    {
        guard server.capabilities.canDisable, rotation.state.phase == .delete,
            !rotation.body.isDeleteSent
        else { return nil }
        let end = rotation.body.phaseSince + rotation.plan.overlap
        let refused = try await stragglers(
            at: server, knownUpTo: clock.now(), bearingUntil: end)
        // Anybody can present nonsense with a client's id, so nobody keeps it for ever.
        let plan = rotation.plan
        let patience = Span(
            milliseconds: (plan.keepDisabled ?? .zero).milliseconds
                + plan.overlap.milliseconds * Self.mostWatches)
        let limit = rotation.body.phaseSince + patience
        guard let last = try lastSeen(refused), clock.now() < min(limit, last.at + plan.overlap)
        else { return nil }
        return .fails(
            "the disabled secret is \(last.words); "
                + "holdover rollback \(rotation.client.rawValue) puts it back")
    }

    private func worst(_ findings: [(String, GuardFinding)]) -> GuardFinding {
        findings.map(\.1).first { $0 != .passes } ?? .passes
    }

    private func idsAgree(_ listed: [Credential]) -> GuardFinding {
        guard let old = rotation.oldCredential, let new = rotation.newCredential, old != new else {
            return .fails("the recorded ids are not two")
        }
        guard let newEntry = listed.first(where: { $0.id == new }), newEntry.isEnabled,
            newEntry.holds != .old
        else { return .fails("the server does not list the new secret as \(new.rawValue)") }
        guard let oldEntry = listed.first(where: { $0.id == old }), oldEntry.holds != .new else {
            return .fails("the server does not list the old secret as \(old.rawValue)")
        }
        return .passes
    }

    /// Whether the plan file still says what the rotation goes by.
    func planUnchanged() async throws -> GuardFinding {
        try parts.lookAtPlan(rotation.client, parts.journal)
        let present = try await parts.journal.planDigest(of: rotation.client) ?? ""
        if present == rotation.planDigest { return .passes }
        if present == rotation.body.acknowledgedDigest { return .passes }
        return present.isEmpty
            ? .unknown(Self.planGone) : .fails("the plan file was edited")
    }

    private static let planGone = "the plan file is gone, or wrong"

    /// What a changed plan leads to; nil where it didn't change.
    func planObstacle(_ finding: GuardFinding) -> StepResult? {
        if finding.isPassed { return nil }
        let isMissing = finding == .unknown(Self.planGone)
        return .waits(isMissing ? .planMissing : .planChanged, finding.words)
    }

    /// What a report that doesn't permit the revocation leads to; nil where it permits it.
    ///
    /// `isDisabled`: the old secret is refused already, in a way that can be undone.
    func obstacle(
        in report: GuardReport, with server: any AuthorizationServer, isDisabled: Bool
    ) throws -> StepResult? {
        guard let blocking = report.blocking.first else { return nil }
        let words = report[blocking].words
        switch blocking {
        case .newAccepted:
            return bear(
                with: server, waiting: .notYetAccepted, thenHeld: .newSecretRefused, words)
        case .storesHoldNew:
            if case .unknown = report[.storesHoldNew] { return .holds(.storeChanged, words) }
            if rotation.body.drifts >= 3 { return .holds(.twoWriters, words) }
            rotation.body.distributedAt = nil
            return .moved(.drifted, ["detail": words])
        case .consumersProven:
            // A secret that was disabled is not waited with: what isn't known leaves both accepted.
            if case .unseen = report[.consumersProven], !isDisabled { return waitForSight(words) }
            return .moved(.unproven, ["detail": words])
        case .oldUnused:
            return .waits(
                .consumerOnOldSecret, words, until: clock.now() + rotation.plan.retry.first)
        case .idsAgree: return .holds(.newSecretGone, words)
        case .overlapOver: return .waits(.overlap, words, until: overlapEnd())
        case .planUnchanged: return planObstacle(report[.planUnchanged])
        case .notHeld, .approved: return .waits(.approval, words)
        }
    }

    /// The report as facts for the audit.
    func facts(_ report: GuardReport) -> [String: String] {
        var facts = ["grade": report.grade.rawValue]
        // What a log that couldn't be read doesn't tell is no silence.
        facts["presentations"] = rotation.body.sight?.words
        for name in RevokeGuard.allCases { facts[name.rawValue] = report[name].words }
        return facts
    }
}

extension GuardFinding {
    /// The finding in words.
    var words: String {
        switch self {
        case .passes: "passes"
        case .fails(let words), .unknown(let words), .unseen(let words): words
        }
    }
}
