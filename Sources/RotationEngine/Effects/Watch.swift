import RotationCore

/// Who still presents the old secret, as far as probes, consumers and the server's log tell.
extension RotationDriver {
    /// Looks for the old secret for the plan's window.
    ///
    /// Phase `watch`.
    func watch() async throws -> StepResult {
        if let drift = try await drift(from: .new) { return drift }
        let server = try await server()
        if let doubt = try await probe(server) { return doubt }
        if let straggler = try await consumersUse(.new).first(where: { $0.verdict == .onOther }) {
            return .waits(.consumerOnOldSecret, "\(straggler.consumer): \(straggler.detail)")
        }
        let now = clock.now()
        let presenters = try await stragglers(
            at: server, knownUpTo: min(now, watchEnd), bearingUntil: watchEnd + plan.watch)
        // Anybody can present nonsense with a client's id, so nobody can keep it from ending.
        let limit = phaseSince + Span(milliseconds: plan.watch.milliseconds * Self.mostWatches)
        let lastSeen = try lastSeen(presenters)
        if let lastSeen, now < min(limit, lastSeen.at + plan.watch) {
            return .waits(
                .consumerOnOldSecret, lastSeen.words, until: min(nextLook(server), limit))
        }
        guard now >= watchEnd else {
            return .waits(
                .watching, "looking for anyone still on the old secret",
                until: min(watchEnd, nextLook(server)))
        }
        // What the server will only tell in a moment is waited for, where that isn't long.
        let told = watchEnd + server.capabilities.eventLag
        if rotation.body.sight?.verdict == .late, now < told, told <= watchEnd + plan.watch {
            return .waits(.watching, "the server's log lacks the end of the watch", until: told)
        }
        var facts = ["watched": plan.watch.description]
        facts["presentations"] = rotation.body.sight?.words
        facts["stragglers"] = lastSeen?.words
        let isStillPresented = lastSeen.map { now < $0.at + plan.watch } ?? false
        rotation.body.isWatchCutShort = isStillPresented ? true : nil
        return .moved(.done, facts)
    }

    /// A watch goes on while somebody is refused, for at most as many windows; so does the wait
    /// with a disabled secret.
    static let mostWatches: Int64 = 3

    private var plan: Plan { rotation.plan }
    private var phaseSince: Instant { rotation.body.phaseSince }
    private var watchEnd: Instant { phaseSince + plan.watch }

    /// The log is read at each run of a timer of five minutes, a little early or late as timers
    /// are: somebody is found by the first run behind the first use.
    func nextLook(_ server: any AuthorizationServer) -> Instant {
        let share = plan.watch.milliseconds / 48
        let pause =
            server.capabilities.events == .none
            ? max(Span.minutes(1).milliseconds, share)
            : min(Span.seconds(270).milliseconds, max(Span.seconds(1).milliseconds, share))
        return clock.now() + Span(milliseconds: pause)
    }

    /// Asks about both secrets; where the log is read more often than that, not at each look.
    private func probe(_ server: any AuthorizationServer) async throws -> StepResult? {
        guard isProbeDue(server) else { return nil }
        if case .accepted = try await ask(server, about: .old) {
            return bear(
                with: server, waiting: .notYetRefused, thenHeld: .oldSecretStillAccepted,
                "the deleted secret is accepted again")
        }
        if case .refused(let code) = try await ask(server, about: .new) {
            return bear(
                with: server, waiting: .notYetAccepted, thenHeld: .newSecretRefused,
                "the server refuses the new secret: \(code)")
        }
        return nil
    }

    private func isProbeDue(_ server: any AuthorizationServer) -> Bool {
        guard server.capabilities.events != .none, rotation.reason?.isOfProbes != true,
            let last = rotation.body.probedAt?.last, last > phaseSince
        else { return true }
        let now = clock.now()
        let pause = max(Span.minutes(1).milliseconds, plan.watch.milliseconds / 48)
        return last + Span(milliseconds: pause) <= now || (now >= watchEnd && last < watchEnd)
    }

    /// Whoever was refused since the old secret is to be, the latest first; noted for people.
    ///
    /// A server that can't be asked at the moment is asked again until `end`, and then taken for
    /// what it is: silence that nobody heard.
    func stragglers(
        at server: any AuthorizationServer, knownUpTo now: Instant, bearingUntil end: Instant
    ) async throws -> [PresenterTally] {
        guard let since = rotation.body.revokedAt,
            let events = try await presented(
                at: server, since: since, knownUpTo: now, bearingUntil: end)
        else { return [] }
        let noted = Set(try notedStragglers().map(\.subject))
        let known = try parts.journal.addresses(of: rotation.client)
        let found = events.filter { $0.at >= since }.refused.tallies(preferring: { tally in
            noted.contains(tally.presenter.words)
                || tally.presenter.safeAddress.map(known.contains) ?? false
        })
        note(found, besides: noted)
        try noteUnusual(events, besides: Set(found.map(\.presenter)))
        return found
    }

    /// What the server tells of requests that aren't ours; nil where that can't be known.
    func presented(
        at server: any AuthorizationServer, since moment: Instant, knownUpTo now: Instant,
        bearingUntil end: Instant
    ) async throws -> [Presentation]? {
        guard server.capabilities.events != .none else { return nil }
        do {
            let told = try await call(plan.server.name, isServer: true) {
                () async throws(AdapterError) in try await server.presentations(since: moment)
            }
            guard let told else { return nil }
            let ours = OwnProbes(sentAt: rotation.body.probedAt ?? [])
            let isEachTold = server.capabilities.events != .repeated
            // Where only some refusals are told, the look at the new secret has to be there.
            let isBlind =
                (isEachTold || rotation.state.phase == .watch)
                && ours.areMissing(in: told, isEachTold: isEachTold)
            rotation.body.sight =
                isBlind
                ? EventSight(.blind, seenUpTo: told.seenUpTo) : EventSight(of: told, until: now)
            return ours.removed(from: told.events)
        } catch let failure as TargetFailure {
            if failure.error.mayPass, clock.now() < end { throw failure }
            rotation.body.sight = EventSight(.unread, detail: failure.words)
            return nil
        }
    }

    /// When somebody was refused last, and who.
    ///
    /// A log that can't be read any more is no silence: then whoever was noted before counts.
    func lastSeen(_ presenters: [PresenterTally]) throws -> (at: Instant, words: String)? {
        if let first = presenters.first { return (first.lastAt, words(of: presenters)) }
        guard rotation.body.sight?.verdict == .unread, let since = rotation.body.revokedAt,
            let last = try notedStragglers().first(where: { $0.lastAt >= since })
        else { return nil }
        let seen = words(last.subject, last.count, last.lastAt)
        return (last.lastAt, "presented by \(seen); since then the server's log can't be read")
    }

    /// Who was noted as a straggler of this rotation, the latest first.
    private func notedStragglers() throws -> [Notice] {
        try parts.journal.notices(of: rotation.client)
            .filter { $0.kind == .straggler && $0.rotation == rotation.id }
    }

    /// `10.0.0.7, user agent curl/8, 12 times, last 40s ago`.
    private func words(_ who: String, _ count: Int, _ last: Instant) -> String {
        let ago = max(0, clock.now().since(last).milliseconds) / 1_000 * 1_000
        let times = count == 1 ? "once" : "\(count) times"
        return "\(who), \(times), last \(Span(milliseconds: ago)) ago"
    }

    /// The same for the first three.
    func words(of presenters: [PresenterTally]) -> String {
        let named = presenters.prefix(3).map { words($0.presenter.words, $0.count, $0.lastAt) }
        let more = presenters.count > 3 ? "; and \(presenters.count - 3) more" : ""
        return "still presented by \(named.joined(separator: "; "))\(more)"
    }
}

extension RotationDriver {
    private func note(_ stragglers: [PresenterTally], besides known: Set<String>) {
        for one in stragglers {
            let notice = notice(.straggler, one)
            draft.notices.append(notice)
            guard !known.contains(notice.subject) else { continue }
            draft.audit.append(
                AuditEvent(
                    "straggler-seen",
                    ["subject": notice.subject, "count": "\(one.count)", "words": notice.words]))
        }
    }

    /// What is unusual is said, and keeps nothing from moving.
    ///
    /// Whoever is told of as a straggler isn't told of again for being refused often.
    func noteUnusual(_ events: [Presentation], besides stragglers: Set<Presenter> = []) throws {
        let stored = try parts.journal.addresses(of: rotation.client)
        if stored.isEmpty { rotation.body.learnsAddresses = true }
        // Each consumer of a client whose log was never read has an address that is new.
        let known = rotation.body.learnsAddresses == true ? [] : stored
        let rules = rotation.body.tokenLifetime.map { UnusualUse(tokenLifetime: $0) }
        for finding in (rules ?? UnusualUse()).findings(in: events, knowing: known) {
            let isTold = stragglers.contains(finding.tally.presenter)
            if finding.kind == .failureBurst, isTold { continue }
            draft.notices.append(notice(finding.kind, finding.tally))
        }
        for event in events.accepted {
            guard let address = Presenter(event).safeAddress else { continue }
            draft.addresses[address] = max(draft.addresses[address] ?? event.at, event.at)
        }
    }

    private func notice(_ kind: Notice.Kind, _ tally: PresenterTally) -> Notice {
        let who = tally.presenter.words
        return Notice(
            client: rotation.client, rotation: rotation.id, kind: kind, subject: who,
            words: kind.words(who, tally, rotation.body.tokenLifetime), firstAt: tally.firstAt,
            lastAt: tally.lastAt,
            count: tally.count)
    }
}

extension Notice.Kind {
    /// One sentence about it.
    fileprivate func words(_ who: String, _ tally: PresenterTally, _ lifetime: Span?) -> String {
        switch self {
        case .straggler: "the revoked secret is still presented by \(who)"
        case .failureBurst: "refused \(tally.most) times within 5m: \(who)"
        case .tokenStorm:
            "\(tally.most) tokens within an hour, "
                + (lifetime.map { "each good for \($0), " } ?? "")
                + "so none is kept until it ends: \(who)"
        case .newAddress: "tokens were fetched from an address never seen before: \(who)"
        }
    }
}

extension Reason {
    /// Whether what is waited for is another answer to a probe.
    fileprivate var isOfProbes: Bool { self == .notYetRefused || self == .notYetAccepted }
}

extension AdapterError {
    /// Whether asking again may help.
    fileprivate var mayPass: Bool {
        switch kind {
        case .unavailable, .unknown, .conflict: true
        case .unauthorized, .refused, .missing, .limitReached, .wrongTarget: false
        }
    }
}
