import RotationCore
import Testing

/// One alert for one lasting trouble, and one message for each thing to say about it.
@Suite struct AlertLedgerTests {
    static let start = Instant(milliseconds: 1_700_000_000_000)
    private let rules = AlertRules(repeatEvery: .hours(24), runs: 3)

    static func alert(
        _ kind: AlertKind = .rotationHeld, about subject: String = "R1", code: String = "c",
        since: Instant = start
    ) -> Alert {
        Alert(
            kind, about: subject, rotation: RotationID(rawValue: subject), code: code, title: "t",
            detail: "d", standing: "s", next: "n",
            since: since)
    }

    private func settle(
        _ open: [AlertEpisode], _ alerts: [Alert], unseen: Set<AlertKind> = [],
        undriven: Set<RotationID> = [], obscured: [RotationID: Instant] = [:],
        after: Span = .zero
    ) -> [AlertEpisode] {
        AlertLedger.settle(
            open,
            seeing: AlertSighting(
                alerts, unseen: unseen, undriven: undriven, obscured: obscured),
            by: rules, at: Self.start + after)
    }

    private static let r1 = RotationID(rawValue: "R1")

    @Test func `what is seen again is the same alert, and changes nothing`() {
        var open = settle([], [Self.alert()])
        #expect(open.map(\.state) == [.firing])
        for run in 1..<100 {
            // A run tells that it found it now; since when it is so doesn't change by that.
            let now = Self.alert(since: Self.start + .minutes(Int64(run)))
            #expect(settle(open, [now], after: .minutes(Int64(run))).isEmpty)
        }
        open = settle(open, [], after: .hours(2))
        #expect(open.map(\.state) == [.resolved])
        #expect(open.first?.resolvedAt == Self.start + .hours(2))
    }

    @Test func `two subjects, and two kinds, are two alerts`() {
        let all = [
            Self.alert(), Self.alert(about: "R2"), Self.alert(.rotationWaiting), Self.alert(),
        ]
        #expect(settle([], all).count == 3)
    }

    @Test func `what often passes fires in the third run in a row`() {
        var open = settle([], [Self.alert(.targetAway)])
        #expect(open.map(\.state) == [.pending])
        open = settle(open, [Self.alert(.targetAway)])
        #expect(open.map(\.state) == [.pending])
        let fired = settle(open, [Self.alert(.targetAway)])
        #expect(fired.map(\.state) == [.firing])
        // Or it is forgotten, and nobody is told.
        let gone = settle(open, [])
        #expect(gone.map(\.state) == [.resolved])
        #expect(gone.first?.firedAt == nil)
    }

    @Test(arguments: [
        (AlertKind.oldSecretInUse, "consumer-on-old-secret", true),
        (.oldSecretNeeded, "consumer-on-old-secret", true), (.rotationWaiting, "adoption", true),
        (.approvalNeeded, "approval", true), (.rotationHeld, "plan-changed", true),
        // That somebody has resumed it is seen without a look.
        (.rotationHeld, "store-changed", false), (.heldByOperator, "by-operator", false),
    ])
    func `what a server that is away for a moment hides is so still`(
        kind: AlertKind, code: String, isHidden: Bool
    ) {
        let open = settle([], [Self.alert(kind, code: code)])
        let away = Self.alert(.targetAway, since: Self.start + .hours(1))
        let changed = settle(
            open, [away], obscured: [Self.r1: Self.start + .minutes(-5)], after: .hours(1))
        #expect(changed.map(\.state) == (isHidden ? [.pending] : [.resolved, .pending]))
        // Back again, it is as before: nobody is told of anything.
        guard isHidden else { return }
        let both = open + changed
        let back = settle(both, [Self.alert(kind, code: code)], after: .hours(2))
        #expect(back.map(\.alert.kind) == [.targetAway] && back.map(\.state) == [.resolved])
        #expect(back.first?.firedAt == nil)
    }

    @Test func `what fired in an earlier phase, or of another rotation, is over all the same`() {
        let open = settle([], [Self.alert(.oldSecretNeeded)])
        let away = [Self.alert(.targetAway)]
        let next = [Self.r1: Self.start + .minutes(30)]
        #expect(
            settle(open, away, obscured: next, after: .hours(1)).map(\.state)
                == [.resolved, .pending])
        let other = [RotationID(rawValue: "R2"): Self.start]
        #expect(
            settle(open, away, obscured: other, after: .hours(1)).map(\.state)
                == [.resolved, .pending])
    }

    @Test func `what often passes in turns was in no run in a row`() {
        let open = settle([], [Self.alert(.targetAway)])
        let changed = settle(
            open, [Self.alert(.adminRefused)], obscured: [Self.r1: Self.start], after: .hours(1))
        #expect(changed.map(\.state) == [.resolved, .pending])
        #expect(changed.map(\.runs) == [1, 1])
    }

    @Test func `a run that didn't look at a rotation is none of the runs in a row`() {
        let alert = Self.alert(.targetAway)
        var open = settle([], [alert])
        for _ in 0..<10 { #expect(settle(open, [alert], undriven: [Self.r1]).isEmpty) }
        open = settle(open, [alert], undriven: [RotationID(rawValue: "R2")])
        #expect(open.map(\.runs) == [2] && open.map(\.state) == [.pending])
        #expect(settle(open, [alert]).map(\.state) == [.firing])
        // What needs no runs in a row is told of, whoever has found it.
        #expect(
            settle([], [Self.alert()], undriven: [Self.r1]).map(\.state) == [.firing])
    }

    @Test func `a rotation that can't be driven is so still until a run drives it`() {
        let open = settle([], [Self.alert(.runFailed), Self.alert(.oldSecretNeeded)])
        let changed = settle(open, [], undriven: [Self.r1])
        #expect(changed.map(\.alert.kind) == [.oldSecretNeeded])
        #expect(settle(open, []).map(\.state) == [.resolved, .resolved])
    }

    @Test func `one that grows says when, and one that only gets smaller doesn't`() {
        func tokens(_ latest: Span) -> Alert {
            var alert = Self.alert(.newAddress, about: "billing")
            alert.latestAt = Self.start + latest
            return alert
        }
        var open = settle([], [tokens(.minutes(1))])
        #expect(open.map(\.alert.grownAt) == [nil])
        #expect(settle(open, [tokens(.minutes(1))], after: .minutes(5)).isEmpty)
        open = settle(open, [tokens(.minutes(2))], after: .minutes(10))
        #expect(open.map(\.alert.grownAt) == [Self.start + .minutes(10)])
        #expect(settle(open, [tokens(.minutes(2))], after: .minutes(15)).isEmpty)
        open = settle(open, [tokens(.minutes(1))], after: .minutes(20))
        #expect(open.map(\.alert.grownAt) == [Self.start + .minutes(10)])
    }

    @Test func `what nobody looked at is so still`() {
        let open = settle([], [Self.alert(.planWrong), Self.alert()])
        let changed = settle(open, [], unseen: [.planWrong])
        #expect(changed.map(\.alert.kind) == [.rotationHeld])
    }

    @Test func `new words of the same alert are kept`() {
        let open = settle([], [Self.alert()])
        var other = Self.alert()
        other.detail = "another"
        #expect(settle(open, [other]).map(\.alert.detail) == ["another"])
    }
}

/// What is sent, when, and for how long.
@Suite struct DeliveryRuleTests {
    private static let start = AlertLedgerTests.start
    private let rules = AlertRules(repeatEvery: .hours(24))
    private let chat = ChannelTraits(name: "chat", minSeverity: .info, isRefreshed: false)
    private let away = AdapterError(.unavailable(retryAfter: nil), code: "x", message: "away")

    private func episode(
        _ state: AlertEpisode.State = .firing, _ kind: AlertKind = .rotationHeld
    ) -> AlertEpisode {
        AlertEpisode(
            number: 1, alert: AlertLedgerTests.alert(kind), state: state, runs: 1,
            firedAt: Self.start)
    }

    private func delivered(_ event: AlertEvent = .firing, at moment: Instant = start) -> Delivery {
        var one = Delivery(episode: 1, channel: "chat", event: event, madeAt: moment)
        one.state = .delivered
        one.endedAt = moment
        return one
    }

    private func event(
        _ episode: AlertEpisode, _ last: Delivery?, after span: Span = .zero,
        to channel: ChannelTraits? = nil
    ) -> AlertEvent? {
        DeliveryRule.event(
            of: episode, for: channel ?? chat, after: last, by: rules, at: Self.start + span)
    }

    @Test func `a channel is told once, again after the time for that, and of the end`() {
        #expect(event(episode(), nil) == .firing)
        #expect(event(episode(), delivered(), after: .hours(23)) == nil)
        #expect(event(episode(), delivered(), after: .hours(24)) == .repeated)
        #expect(event(episode(.resolved), delivered(), after: .hours(1)) == .resolved)
        #expect(event(episode(.resolved), delivered(.resolved), after: .hours(1)) == nil)
        #expect(event(episode(.pending), nil) == nil)
    }

    @Test func `that another one joined is said within the hour, once`() {
        var grown = episode(.firing, .newAddress)
        grown.alert.grownAt = Self.start + .minutes(5)
        #expect(event(grown, delivered(), after: .minutes(59)) == nil)
        #expect(event(grown, delivered(), after: .minutes(60)) == .repeated)
        let told = delivered(.repeated, at: Self.start + .minutes(60))
        #expect(event(grown, told, after: .hours(24)) == nil)
        #expect(event(grown, told, after: .hours(25)) == .repeated)
        // What waits to be sent tells of it as well.
        let queued = Delivery(episode: 1, channel: "chat", event: .firing, madeAt: Self.start)
        #expect(event(grown, queued, after: .minutes(60)) == nil)
    }

    @Test func `what waits to be sent is not queued twice`() {
        let queued = Delivery(episode: 1, channel: "chat", event: .firing, madeAt: Self.start)
        #expect(event(episode(), queued, after: .hours(1_000)) == nil)
        // That it is over is said behind it.
        #expect(event(episode(.resolved), queued) == .resolved)
    }

    @Test func `what is less grave isn't sent, and nor is its end`() {
        let pager = ChannelTraits(name: "pager", minSeverity: .critical, isRefreshed: false)
        #expect(event(episode(), nil, to: pager) == nil)
        #expect(event(episode(.resolved), nil, to: pager) == nil)
        #expect(event(episode(.firing, .oldSecretInUse), nil, to: pager) == .firing)
        // Who was told before the setting was changed hears that it is over.
        #expect(event(episode(.resolved), delivered(), to: pager) == .resolved)
        #expect(event(episode(), delivered(), after: .hours(48), to: pager) == nil)
    }

    @Test func `a channel that forgets is told at every run`() {
        let manager = ChannelTraits(name: "am", minSeverity: .info, isRefreshed: true)
        #expect(event(episode(), delivered(), to: manager) == .firing)
    }

    @Test func `a clock that was wrong silences no alert`() {
        let ahead = delivered(at: Self.start + .hours(24 * 365))
        #expect(event(episode(), ahead) == .repeated)
        #expect(event(episode(), delivered(at: Self.start + .hours(2))) == nil)
        var queued = Delivery(
            episode: 1, channel: "chat", event: .firing, madeAt: Self.start + .hours(24 * 365))
        #expect(DeliveryRule.isDue(queued, at: Self.start))
        queued.nextAt = Self.start + .minutes(5)
        #expect(!DeliveryRule.isDue(queued, at: Self.start))
        #expect(DeliveryRule.isDue(queued, at: Self.start + .minutes(5)))
    }

    @Test func `attempts are spaced up to an hour, or as a channel asks`() {
        var one = Delivery(episode: 1, channel: "chat", event: .firing, madeAt: Self.start)
        var pauses: [Span] = []
        for _ in 0..<9 {
            let now = one.nextAt
            one = DeliveryRule.failed(one, away, at: now, fraction: 0)
            pauses.append(one.nextAt.since(now))
        }
        #expect(pauses.first == .minutes(1) && pauses.last == .hours(1))
        #expect(one.attempts == 9 && one.state == .queued && one.problem == "away")
        let busy = AdapterError(.unavailable(retryAfter: .hours(1)), code: "x", message: "busy")
        let asked = DeliveryRule.failed(
            Delivery(episode: 1, channel: "chat", event: .firing, madeAt: Self.start), busy,
            at: Self.start, fraction: 0)
        #expect(asked.nextAt == Self.start + .hours(1))
    }

    @Test func `it is given up after a week of attempts, and not by a clock that leaps`() {
        var one = Delivery(episode: 1, channel: "chat", event: .firing, madeAt: Self.start)
        let late = Self.start + .hours(24 * 365)
        #expect(DeliveryRule.failed(one, away, at: late, fraction: 0).state == .queued)
        one.attempts = 9
        #expect(
            DeliveryRule.failed(one, away, at: Self.start + .hours(167), fraction: 0).state
                == .queued)
        let ended = DeliveryRule.failed(one, away, at: Self.start + .hours(168), fraction: 0)
        #expect(ended.state == .givenUp && ended.endedAt == Self.start + .hours(168))
    }
}
