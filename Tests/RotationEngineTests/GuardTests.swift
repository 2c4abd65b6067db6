import GRDB
import RotationCore
import RotationTesting
import Synchronization
import Testing

@testable import RotationEngine

/// What keeps the old secret in force though everything was proven, and what is done about it.
@Suite struct GuardTests {
    private var here: AnchoredHome

    init() throws { here = try AnchoredHome(.clientSupplied.watched) }

    /// The rotation after one run from the moment at which everything was proven.
    private func runFromTheGuards(_ change: (inout AnchoredHome) throws -> Void) async throws
        -> Rotation
    {
        var own = here
        #expect(try await own.driveToTheGuards()?.state == .running(.disable))
        try change(&own)
        _ = try await own.run()
        #expect(own.world.acceptsOriginal, "the old secret was touched")
        return try #require(try own.look())
    }

    private func edit(_ sql: String) throws {
        try here.home.raw { try $0.execute(sql: sql) }
    }

    @Test mutating func `a new secret that is refused is borne with, and then a person's`()
        async throws
    {
        var rotation = try await runFromTheGuards { here in
            here.odd { $0.verdict = { _ in .refused(code: "invalid_client") } }
        }
        #expect(rotation.state == .running(.disable) && rotation.reason == .notYetAccepted)
        #expect(rotation.detail == "the server says invalid_client")
        here.odd { $0.verdict = { _ in .refused(code: "invalid_client") } }
        rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.disable) && rotation.reason == .newSecretRefused)
        #expect(here.world.acceptsOriginal)
    }

    /// What the server says of the old secret: used so long ago.
    private func used(_ ago: Span, in here: AnchoredHome)
        -> @Sendable ([Credential]) -> [Credential]
    {
        let (clock, world) = (here.clock, here.world)
        return { listed in
            listed.map { entry in
                guard entry.holds == .old, world.acceptsOriginal else { return entry }
                let moment = Instant(milliseconds: clock.now().milliseconds - ago.milliseconds)
                return Credential(
                    id: entry.id, isEnabled: entry.isEnabled, holds: entry.holds,
                    lastUsedAt: moment)
            }
        }
    }

    @Test mutating func `an old secret that somebody was seen to use is left alone`() async throws {
        here.plan.overlap = .minutes(10)
        let rotation = try await runFromTheGuards { here in
            let listed = used(.minutes(1), in: here)
            here.odd { $0.listed = listed }
        }
        #expect(rotation.state == .running(.disable) && rotation.reason == .consumerOnOldSecret)
        #expect(rotation.detail == "the server says that the old secret was used 1m ago")
        // Nobody did for as long as the overlap: whoever it was is gone.
        let listed = used(.minutes(10), in: here)
        here.odd { $0.listed = listed }
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
    }

    @Test mutating func `where uses are told late, silence is believed later, too`() async throws {
        var late = World.Configuration.clientSupplied
        late.capabilities.telemetryLag = .hours(1)
        here = try AnchoredHome(late.watched)
        here.plan.overlap = .minutes(10)
        let rotation = try await runFromTheGuards { here in
            // Proven so long ago that a use of an hour ago is newer.
            here.world.advance(to: here.clock.now() + .hours(2))
            let listed = used(.minutes(69), in: here)
            here.odd { $0.listed = listed }
        }
        #expect(rotation.reason == .consumerOnOldSecret, "\(rotation.state)")
        let listed = used(.minutes(70), in: here)
        here.odd { $0.listed = listed }
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
    }

    @Test func `a value that is nobody's in a store is a person's`() async throws {
        let rotation = try await runFromTheGuards { here in
            here.world.meddle { $0.overwriteStore(1, with: "theirs") }
        }
        #expect(rotation.state == .held(.disable) && rotation.reason == .storeChanged)
    }

    @Test mutating func `a store that is changed back at each look has two writers`()
        async throws
    {
        let world = here.world
        here.odd { ports in
            ports.verdict = { _ in
                if !originalSecret.matches(ClientSecret(world.value(ofStore: 1))) {
                    world.meddle { $0.revertStore(1) }
                }
                return nil
            }
        }
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.disable) && rotation.reason == .twoWriters)
        #expect(rotation.body.drifts == 3)
        #expect(world.acceptsOriginal && world.violations == [])
    }

    @Test func `a new secret that is no longer listed is a person's`() async throws {
        let rotation = try await runFromTheGuards { here in
            here.odd { $0.listed = { listed in listed.filter { $0.holds != .new } } }
        }
        #expect(rotation.state == .held(.disable) && rotation.reason == .newSecretGone)
        #expect(rotation.detail?.hasPrefix("the server does not list the new secret as") == true)
    }

    @Test func `ids that changed their places are a person's`() async throws {
        let rotation = try await runFromTheGuards { here in
            here.odd { ports in
                ports.listed = { listed in
                    listed.map { credential in
                        guard credential.holds == .old else { return credential }
                        return Credential(id: credential.id, holds: .new)
                    }
                }
            }
        }
        #expect(rotation.state == .held(.disable) && rotation.reason == .newSecretGone)
        #expect(rotation.detail?.hasPrefix("the server does not list the old secret as") == true)
    }

    @Test func `an overlap that is not over is waited for at the guards as well`() async throws {
        let rotation = try await runFromTheGuards { _ in
            try edit("UPDATE plan SET body = json_set(body, '$.overlap', 3600000)")
        }
        #expect(rotation.state == .running(.disable) && rotation.reason == .overlap)
        let begun = try #require(rotation.body.overlapSince)
        #expect(rotation.nextAt >= begun + .hours(1))
    }

    @Test func `an edited plan file waits for a person, one that is gone too`() async throws {
        var rotation = try await runFromTheGuards { _ in
            try edit("UPDATE client SET plan_digest = 'edited'")
        }
        #expect(rotation.state == .running(.disable) && rotation.reason == .planChanged)
        #expect(rotation.detail == "the plan file was edited")
        try edit("UPDATE client SET plan_digest = ''")
        here.world.advance(to: rotation.nextAt)
        _ = try await here.run()
        rotation = try #require(try here.look())
        #expect(rotation.state == .running(.disable) && rotation.reason == .planMissing)
        try edit("UPDATE client SET plan_digest = 'edited'")
        try here.ask(.keepPlan, words: "edited")
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
    }

    @Test func `a plan file that is edited while the run goes on is seen at the guards`()
        async throws
    {
        let rotation = try await runFromTheGuards { here in
            let now = here.clock.now()
            here.lookAtPlan = { client, journal in
                let seen = ClientSeen(
                    name: client, planFile: "billing.yaml", planDigest: "edited", schedule: nil)
                try journal.note(files: [], clients: [seen], gone: [], at: now) { 0 }
            }
        }
        #expect(rotation.state == .running(.disable) && rotation.reason == .planChanged)
    }

    @Test func `an approval is asked for at the guards as well`() async throws {
        var rotation = try await runFromTheGuards { _ in
            // As an editor of the database may, who can't get round the guards by it.
            try edit(
                """
                UPDATE plan SET body =
                    replace(body, '"needsApproval":false', '"needsApproval":true')
                """)
        }
        #expect(rotation.state == .running(.disable) && rotation.reason == .approval)
        try here.ask(.approve, words: "ann")
        rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .completed)
    }

    @Test func `a plan that can prove nothing revokes nothing`() async throws {
        var own = here
        own.plan.consumers = []
        let rotation = try #require(try await own.drive { $0.reason == .adoption })
        #expect(rotation.state == .running(.adopt))
        #expect(rotation.detail == "the plan names neither consumers nor a soak")
        let emptied = try await runFromTheGuardsOfAnother()
        #expect(emptied.state == .running(.adopt) && emptied.reason == .adoption)
    }

    private func runFromTheGuardsOfAnother() async throws -> Rotation {
        let other = try GuardTests()
        return try await other.runFromTheGuards { here in
            try here.home.raw { database in
                try database.execute(
                    sql: "UPDATE plan SET body = json_set(body, '$.consumers', json('[]'))")
            }
        }
    }

    @Test mutating func `a soak is waited out before anything is revoked`() async throws {
        here.plan.consumers = []
        here.plan.soak = .minutes(30)
        let begin = WorldClock(here.world).now()
        var rotation = try #require(try await here.drive { $0.reason == .soak })
        #expect(rotation.state == .running(.adopt) && rotation.nextAt >= begin + .minutes(30))
        #expect(rotation.detail == "the plan says to wait 30m")
        // At the guards too: a longer one was written into the plan behind everybody's back.
        rotation = try await runFromTheGuards { _ in
            try edit("UPDATE plan SET body = json_set(body, '$.soak', 36000000)")
        }
        #expect(rotation.state == .running(.adopt) && rotation.reason == .soak)
    }

    @Test mutating func `after a reboot the soak begins anew`() async throws {
        here.plan.consumers = []
        here.plan.soak = .minutes(30)
        let before = try #require(try await here.drive { $0.reason == .soak })
        here.world.advance(to: before.nextAt)
        here.clock = RebootedClock(usual: WorldClock(here.world))
        let now = here.clock.now()
        _ = try await here.run()
        let rotation = try #require(try here.look())
        #expect(rotation.state == .running(.adopt) && rotation.reason == .soak)
        #expect(rotation.nextAt >= now + .minutes(30))
        // What is waited for from then on is on that clock.
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
    }

    @Test mutating func `after a reboot during the overlap the soak is waited for beside it`()
        async throws
    {
        here.plan.consumers = []
        here.plan.soak = .minutes(30)
        here.plan.overlap = .minutes(10)
        let before = try #require(try await here.drive { $0.reason == .overlap })
        #expect(before.state == .running(.overlap))
        here.world.advance(to: before.nextAt)
        here.clock = RebootedClock(usual: WorldClock(here.world))
        let now = here.clock.now()
        let rotation = try #require(try await here.drive { $0.reason == .soak })
        #expect(rotation.state == .running(.overlap))
        #expect(rotation.nextAt >= now + .minutes(30) && rotation.nextAt < now + .minutes(31))
        #expect(rotation.body.overlapSince == before.body.overlapSince)
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
    }

    private static let away = AdapterError(
        .unavailable(retryAfter: nil), code: "away", message: "nobody answers")

    @Test mutating func `a consumer that can't be looked at makes the overlap wait, and no more`()
        async throws
    {
        here.plan.overlap = .hours(1)
        let before = try #require(try await here.drive { $0.reason == .overlap })
        here.odd { $0.reporterFailure = Self.away }
        here.world.advance(to: before.nextAt)
        _ = try await here.run()
        let rotation = try #require(try here.look())
        #expect(rotation.state == .running(.overlap) && rotation.reason == .adoption)
        #expect(rotation.detail == "consumer0: nobody answers")
        #expect(rotation.body.overlapSince == before.body.overlapSince)
        #expect(rotation.body.overlapSinceBoot == before.body.overlapSinceBoot)
        #expect(here.world.acceptsOriginal)
        here.ports = WorldFactory(here.world)
        here.world.advance(to: rotation.nextAt)
        _ = try await here.run()
        #expect(try here.look()?.state.phase?.step != .verify)
    }

    @Test func `a consumer that can't be looked at makes the guards wait, and no more`()
        async throws
    {
        let rotation = try await runFromTheGuards { here in
            here.odd { $0.reporterFailure = Self.away }
        }
        #expect(rotation.state == .running(.disable) && rotation.reason == .adoption)
        #expect(rotation.detail == "nobody answers")
    }

    @Test mutating func `a disabled secret is accepted again while a consumer can't be looked at`()
        async throws
    {
        #expect(try await here.stepByStep { $0.state == .running(.delete) })
        #expect(!here.world.acceptsOriginal)
        here.odd { $0.reporterFailure = Self.away }
        _ = try await here.run()
        #expect(here.world.acceptsOriginal)
        #expect(try here.look()?.state.phase?.step == .verify)
    }

    @Test func `what was seen of one consumer weighs more than that another wasn't`() {
        func evidence(_ name: String, _ verdict: Evidence.Verdict) -> Evidence {
            Evidence(
                consumer: name, source: .fingerprint, verdict: verdict, detail: "",
                reportedAt: nil, takenAt: Home.start)
        }
        var away = evidence("away", .unknown)
        away.isUnseen = true
        let proven = evidence("proven", .proven)
        #expect([proven, away].lacking?.consumer == "away")
        #expect([proven].lacking == nil)
        for verdict in [Evidence.Verdict.onOther, .unknown] {
            #expect([away, proven, evidence("back", verdict)].lacking?.consumer == "back")
        }
    }

    @Test mutating func `after a reboot the overlap begins anew`() async throws {
        here.plan.overlap = .minutes(10)
        let before = try #require(try await here.drive { $0.state == .running(.overlap) })
        here.world.advance(to: before.nextAt)
        here.clock = RebootedClock(usual: WorldClock(here.world))
        let now = here.clock.now()
        _ = try await here.run()
        let rotation = try #require(try here.look())
        #expect(rotation.state == .running(.overlap) && rotation.reason == .overlap)
        #expect(rotation.nextAt >= now + .minutes(10))
    }

    @Test mutating func `what a person asks between the guards and the intent is heard`()
        async throws
    {
        #expect(try await here.driveToTheGuards() != nil)
        let isAsked = Atomic(false)
        let home = here
        here.odd { ports in
            ports.verdict = { _ in
                if !isAsked.exchange(true, ordering: .relaxed) {
                    home.insist(on: .hold, words: "wait")
                }
                return nil
            }
        }
        _ = try await here.run()
        let rotation = try #require(try here.look())
        #expect(rotation.state == .held(.disable) && rotation.detail == "wait")
        #expect(here.world.acceptsOriginal)
        #expect(here.world.trace.count { $0 == .disable } == 0)
    }

    @Test func `a sealed record that is damaged is a person's`() async throws {
        let rotation = try await runFromTheGuards { _ in
            try edit("UPDATE sealed_secret SET record = x'00' WHERE role = 'new'")
        }
        #expect(rotation.state == .held(.disable) && rotation.reason == .sealedSecretMissing)
    }
}

/// The world's clock on a machine that was started anew.
struct RebootedClock: RotationClock {
    let usual: WorldClock

    func now() -> Instant { usual.now() }
    func sinceBoot() -> BootReading {
        BootReading(bootID: "another boot", milliseconds: usual.sinceBoot().milliseconds)
    }
    func sleep(until moment: Instant) async throws { try await usual.sleep(until: moment) }
}
