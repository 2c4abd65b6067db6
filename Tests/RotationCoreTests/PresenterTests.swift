import RotationCore
import Testing

/// Who presented a client's secrets, which of it was us, and what is unusual about it.
@Suite struct PresenterTests {
    private func moment(_ seconds: Int64) -> Instant { Instant(milliseconds: seconds * 1_000) }

    private func refused(
        at seconds: Int64, from address: String? = "10.0.0.7", by agent: String? = nil
    ) -> Presentation {
        Presentation(
            at: moment(seconds), outcome: .refused(code: "invalid_client"), address: address,
            userAgent: agent)
    }

    private func accepted(at seconds: Int64, from address: String? = "10.0.0.7") -> Presentation {
        Presentation(at: moment(seconds), outcome: .accepted, address: address)
    }

    @Test func `presenters are told apart, the latest first`() {
        let tallies = [refused(at: 1), refused(at: 5, from: "10.0.0.8"), refused(at: 3)].tallies()
        #expect(tallies.map(\.presenter.address) == ["10.0.0.8", "10.0.0.7"])
        #expect(tallies.map(\.count) == [1, 2])
        #expect(tallies[1].firstAt == moment(1) && tallies[1].lastAt == moment(3))
    }

    @Test func `whoever makes up names fills no list`() {
        let crowd = (0..<1_000).map { refused(at: Int64($0), by: "agent \($0)") }
        #expect(crowd.tallies().count == [Presentation].presenterLimit)
    }

    @Test func `what is preferred isn't pushed out, and only what is wanted counts`() {
        let crowd = (1..<100).map { refused(at: Int64($0), by: "agent \($0)") }
        let all = [refused(at: 0, from: "10.0.0.1")] + crowd
        let tallies = all.tallies(preferring: { $0.presenter.address == "10.0.0.1" })
        #expect(tallies.count == 21 && tallies.last?.presenter.address == "10.0.0.1")
        #expect(tallies.first?.presenter.userAgent == "agent 99")
        #expect(all.tallies(where: { $0.presenter.address == "10.0.0.1" }).count == 1)
        let preferred = (0..<300).map { refused(at: Int64($0), by: "agent \($0)") }
        #expect(
            preferred.tallies(preferring: { _ in true }).count == [Presentation].preferredLimit)
    }

    @Test func `a name from outside is fit to be shown`() {
        let who = Presenter(
            refused(at: 0, by: "evil\u{1B}[2J" + String(repeating: "x", count: 900)))
        #expect(!who.words.contains("\u{1B}") && who.words.count < 400)
        let nobody = Presentation(at: moment(0), outcome: .accepted)
        #expect(Presenter(nobody).words == "somebody of whom the server tells nothing")
    }

    @Test func `our user agent tells us from everybody else, whenever we asked`() {
        let events = [refused(at: 1, by: "holdover"), refused(at: 1, by: "curl/8")]
        #expect(OwnProbes(sentAt: []).removed(from: events).map(\.userAgent) == ["curl/8"])
        let late = OwnProbes(sentAt: [moment(1)]).removed(from: events)
        #expect(late.map(\.userAgent) == ["curl/8"], "one with an agent is never ours by its time")
    }

    @Test func `without agents a probe accounts for one refusal, and not for what was accepted`() {
        let events = [refused(at: 100), refused(at: 101), accepted(at: 100), refused(at: 200)]
        let left = OwnProbes(sentAt: [moment(100)]).removed(from: events)
        #expect(left.refused.map(\.at) == [moment(101), moment(200)])
        #expect(left.accepted.count == 1)
    }

    @Test(arguments: [(-6, 1), (-5, 0), (30, 0), (31, 1)] as [(Int64, Int)])
    func `clocks may differ a little`(offset: Int64, left: Int) {
        let probes = OwnProbes(sentAt: [moment(1_000)])
        #expect(probes.removed(from: [refused(at: 1_000 + offset)]).count == left)
    }

    @Test func `a log without our own look tells of nobody`() {
        let probes = OwnProbes(sentAt: [moment(1_000)])
        func isMissing(_ events: [Presentation], until end: Int64, isEachTold: Bool = true) -> Bool
        {
            probes.areMissing(
                in: Presentations(events, seenUpTo: moment(end)), isEachTold: isEachTold)
        }
        #expect(isMissing([], until: 1_031))
        #expect(!isMissing([], until: 1_030), "it may still be told")
        #expect(!isMissing([refused(at: 1_002)], until: 1_031))
        #expect(!isMissing([refused(at: 1_002, by: "holdover")], until: 1_031))
        #expect(isMissing([refused(at: 1_002, by: "curl/8")], until: 1_031))
        #expect(isMissing([accepted(at: 1_002)], until: 1_031))
        #expect(!isMissing([accepted(at: 1_002)], until: 1_031, isEachTold: false))
        let cut = Presentations([], seenUpTo: moment(2_000), isTruncated: true)
        #expect(!probes.areMissing(in: cut, isEachTold: true))
    }

    @Test(arguments: [(120, false), (121, true)])
    func `tokens by the dozen are a storm`(count: Int, isStorm: Bool) {
        let events = (0..<count).map { accepted(at: Int64($0) * 29) }
        let found = UnusualUse().findings(in: events, knowing: [])
        #expect(found.contains { $0.kind == .tokenStorm } == isStorm)
        // The same number over two hours is none.
        let slow = (0..<count).map { accepted(at: Int64($0) * 60) }
        #expect(UnusualUse().findings(in: slow, knowing: []).isEmpty)
    }

    @Test func `tokens that last long are needed seldom`() {
        func isStorm(_ count: Int64, of lifetime: Span) -> Bool {
            let events = (0..<count).map { accepted(at: $0) }
            return !UnusualUse(tokenLifetime: lifetime).findings(in: events, knowing: []).isEmpty
        }
        #expect(isStorm(31, of: .hours(24)) && !isStorm(30, of: .hours(24)))
        #expect(isStorm(31, of: .minutes(50)) && isStorm(31, of: .minutes(16)))
        #expect(isStorm(41, of: .minutes(15)) && !isStorm(40, of: .minutes(15)))
        #expect(!isStorm(600, of: .minutes(1)))
        #expect(!isStorm(3_000, of: .zero))
    }

    @Test(arguments: [(33, true), (34, false)] as [(Int64, Bool)])
    func `ten refusals within five minutes are a burst`(pause: Int64, isBurst: Bool) {
        let events = (0..<10).map { refused(at: Int64($0) * pause) }
        let found = UnusualUse().findings(in: events, knowing: [])
        #expect(found.map(\.kind) == (isBurst ? [.failureBurst] : []))
    }

    @Test func `an address is new only where others are known, and tokens were got from it`() {
        let events = [accepted(at: 1), refused(at: 2, from: "10.0.0.9")]
        #expect(UnusualUse().findings(in: events, knowing: []).isEmpty)
        #expect(UnusualUse().findings(in: events, knowing: ["10.0.0.7"]).isEmpty)
        let found = UnusualUse().findings(in: events, knowing: ["10.0.0.1"])
        #expect(found.map(\.kind) == [.newAddress])
        #expect(found[0].tally.presenter.address == "10.0.0.7")
    }

    @Test func `a new address is found behind any number of known ones`() {
        let known = (0..<30).map { "10.0.1.\($0)" }
        let events =
            [accepted(at: 1)] + known.enumerated().map { accepted(at: Int64($0) + 2, from: $1) }
        let found = UnusualUse().findings(in: events, knowing: Set(known))
        #expect(found.map(\.tally.presenter.address) == ["10.0.0.7"])
    }

    @Test func `an address that was cut short when it was kept is known`() {
        let long = String(repeating: "f", count: 90)
        let events = [accepted(at: 1, from: long)]
        #expect(UnusualUse().findings(in: events, knowing: [safeText(long, limit: 60)]).isEmpty)
    }
}
