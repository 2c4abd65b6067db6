import Testing

@testable import RotationCore

@Suite struct RotationTests {
    private let start = Instant(milliseconds: 1_700_000_000_000)
    private var later: Instant { start + .hours(1) }

    private func rotation(in state: RotationState = .running(.create)) -> Rotation {
        let target = TargetSettings(name: "server", type: "okta", values: [:])
        let plan = Plan(
            client: ClientName(rawValue: "billing"), clientID: ClientID(rawValue: "id"),
            server: target, stores: [])
        var rotation = Rotation(
            id: RotationID(rawValue: "R"), client: plan.client, plan: plan, planDigest: "digest",
            startedAt: start, trigger: "test")
        rotation.state = state
        return rotation
    }

    @Test func `a new phase begins with nothing counted`() throws {
        var rotation = rotation()
        rotation.body.attempt = 3
        rotation.body.agreed = 2
        rotation.body.agreedSince = start
        rotation.body.hooksDone = ["hook"]
        rotation.wait(for: .unknownOutcome, detail: "words", until: later, now: start)
        try rotation.apply(.done, at: later)
        #expect(rotation.state == .running(.accept))
        #expect(rotation.reason == nil && rotation.detail == nil)
        #expect(rotation.nextAt == later)
        #expect(rotation.body.phaseSince == later && rotation.body.waitingSince == later)
        #expect(rotation.body.attempt == 0 && rotation.body.agreed == 0)
        #expect(rotation.body.agreedSince == nil && rotation.body.hooksDone == [])
        #expect(rotation.endedAt == nil)
    }

    @Test func `holding and going on keep the phase's counts`() throws {
        var rotation = rotation(in: .running(.reload))
        rotation.body.attempt = 3
        rotation.body.hooksDone = ["hook"]
        try rotation.apply(.stopped, at: later)
        #expect(rotation.state == .held(.reload))
        try rotation.apply(.resumed, at: later)
        #expect(rotation.state == .running(.reload))
        #expect(rotation.body.hooksDone == ["hook"] && rotation.body.attempt == 3)
        #expect(rotation.body.phaseSince == start)
    }

    @Test(arguments: [(Phase.close, RotationState.completed), (.withdraw, .abandoned)])
    func `a rotation ends when its last phase is done`(phase: Phase, end: RotationState) throws {
        var rotation = rotation(in: .running(phase))
        try rotation.apply(.done, at: later)
        #expect(rotation.state == end)
        #expect(rotation.endedAt == later)
    }

    @Test func `an event that makes no sense changes nothing`() {
        var rotation = rotation(in: .running(.prove))
        let before = rotation
        #expect(throws: InvalidTransition(state: .running(.prove), event: .turnedBack)) {
            try rotation.apply(.turnedBack, at: later)
        }
        #expect(rotation == before)
    }

    @Test func `drifts are counted, and a turn forgets the distribution`() throws {
        var rotation = rotation(in: .running(.adopt))
        rotation.body.distributedAt = start
        try rotation.apply(.drifted, at: later)
        #expect(rotation.body.drifts == 1)
        #expect(rotation.body.distributedAt == start)
        try rotation.apply(.turnedBack, at: later)
        #expect(rotation.state == .running(.restore))
        #expect(rotation.body.distributedAt == nil)
        rotation.body.distributedAt = later
        try rotation.apply(.turnedForward, at: later)
        #expect(rotation.body.distributedAt == nil)
        #expect(rotation.body.drifts == 1)
    }

    @Test func `a rollback is refused in words where it can't be had`() {
        for state in StateMachinePage.states {
            let canTurn = StateMachinePage.next(state, .turnedBack) != nil
            var rotation = rotation(in: state)
            #expect((rotation.rollbackRefusal == nil) == canTurn, "\(state)")
            rotation.body.isDeleteSent = true
            #expect(rotation.rollbackRefusal?.contains("deletion") == true, "\(state)")
        }
    }

    @Test func `waiting for the same reason goes on since it began`() {
        var rotation = rotation()
        rotation.wait(for: .adoption, detail: "one", until: later, now: start + .minutes(1))
        rotation.wait(
            for: .adoption, detail: "two", until: later + .hours(1), now: start + .minutes(9))
        #expect(rotation.body.waitingSince == start + .minutes(1))
        #expect(rotation.detail == "two")
        #expect(rotation.nextAt == later + .hours(1))
        rotation.wait(for: .soak, detail: nil, until: later, now: start + .minutes(10))
        #expect(rotation.body.waitingSince == start + .minutes(10))
        #expect(rotation.detail == nil)
    }

    @Test func `each creation has a label of its own`() {
        var rotation = rotation()
        let first = rotation.label
        rotation.body.creations += 1
        #expect(first == "holdover/R/0")
        #expect(rotation.label == "holdover/R/1")
    }
}
