import Foundation
import GRDB
import RotationCore
import RotationTesting
import Synchronization
import Testing

@testable import RotationEngine

/// How far a run goes, how long it stays, and what it leaves alone.
@Suite struct DrivingTests {
    private var here: AnchoredHome

    init() throws { here = try AnchoredHome(.clientSupplied.watched) }

    private var now: Instant { WorldClock(here.world).now() }

    private func drive(_ options: RunOptions) async throws -> (RunReport, Rotation) {
        let engine = try here.engine()
        defer { try? engine.journal.close() }
        if try engine.journal.summaries(live: false).isEmpty {
            _ = try engine.start(here.plan, digest: "digest", trigger: "test")
        }
        let report = try await engine.run(options: options)
        let rotation = try #require(try engine.journal.latest(of: here.plan.client))
        return (report, rotation)
    }

    @Test func `a run that stays sees a rotation to its end`() async throws {
        let (report, rotation) = try await drive(
            RunOptions(jobs: 1, deadline: now + .minutes(10)))
        #expect(rotation.state == .completed)
        #expect(report.driven[rotation.id]?.state == .completed && report.failed == [:])
        #expect(report.commits >= report.transactions && report.transactions > 5)
    }

    @Test(arguments: [
        (Step.generate, RotationState.running(.write)), (.distribute, .running(.adopt)),
        (.verify, .running(.disable)), (.revoke, .running(.watch)), (.monitor, .completed),
    ])
    mutating func `a run stops behind the step that it was asked for`(
        step: Step, state: RotationState
    )
        async throws
    {
        here.plan.watch = .minutes(2)
        let deadline = now + .minutes(10)
        let (_, rotation) = try await drive(RunOptions(stop: step, deadline: deadline))
        #expect(rotation.state == state)
        // Asked again it has nothing to do, and doesn't wait for the deadline to say so.
        let (report, later) = try await drive(RunOptions(stop: step, deadline: deadline))
        #expect(later.state == state && later.nextAt == rotation.nextAt)
        #expect(report.commits == 0)
    }

    @Test func `a way back is never behind a step`() {
        let options = RunOptions(stop: .generate)
        for phase in Phase.allCases where phase.step == .rollback || phase == .reinstate {
            #expect(!options.isPast(phase), "\(phase)")
        }
        #expect(options.isPast(.write) && !options.isPast(.accept))
        #expect(!RunOptions().isPast(.close))
    }

    @Test func `a run for one client leaves the others where they are`() async throws {
        let (report, rotation) = try await drive(
            RunOptions(deadline: now + .minutes(1), client: ClientName(rawValue: "mail")))
        #expect(report.driven == [:])
        #expect(rotation.state == .running(.create) && here.world.calls == 0)
    }

    @Test func `a run that is told to stop begins nothing`() async throws {
        let (report, rotation) = try await drive(
            RunOptions(deadline: now + .minutes(1), isStopping: { true }))
        #expect(report.driven == [:] && here.world.calls == 0)
        #expect(rotation.state == .running(.create))
        #expect(report.transactions == 0)
    }

    @Test mutating func `a run that is told to stop while it waits stops waiting`() async throws {
        here.plan.overlap = .minutes(5)
        let stopsAt = now + .minutes(2)
        let clock = WorldClock(here.world)
        let (_, rotation) = try await drive(
            RunOptions(deadline: now + .minutes(10), isStopping: { clock.now() >= stopsAt }))
        #expect(rotation.state == .running(.overlap))
        #expect(now >= stopsAt && now < stopsAt + .seconds(1))
    }

    @Test mutating func `a run that waits hears what a person asks meanwhile`() async throws {
        here.plan.overlap = .minutes(5)
        let begin = now
        let (clock, home, client) = (WorldClock(here.world), here.home, here.plan.client)
        let isAsked = Atomic(false)
        let (_, rotation) = try await drive(
            RunOptions(
                deadline: begin + .minutes(10),
                isStopping: {
                    guard clock.now() > begin + .minutes(1),
                        !isAsked.exchange(true, ordering: .relaxed)
                    else { return false }
                    do { try Self.hold(client, in: home, at: clock.now()) } catch {
                        Issue.record("nothing could be asked: \(error)")
                    }
                    return false
                }))
        #expect(rotation.state == .held(.overlap) && rotation.detail == "lunch")
        #expect(now < begin + .minutes(2))
    }

    private static func hold(_ client: ClientName, in home: Home, at moment: Instant) throws {
        let journal = try Journal.open(in: home.directory)
        defer { try? journal.close() }
        let rotation = try #require(try journal.latest(of: client))
        try journal.ask(
            Request(rotation: rotation.id, kind: .hold, words: "lunch", madeAt: moment),
            client: client)
    }

    @Test func `a rotation that can't be read keeps no other from moving`() async throws {
        var other = here.plan
        other.client = ClientName(rawValue: "mail")
        let engine = try here.engine()
        defer { try? engine.journal.close() }
        let started = try engine.start(
            [(here.plan, "digest"), (other, "digest"), (here.plan, "digest")], trigger: "test")
        #expect(throws: JournalFailure.self) { try started[2].get() }
        let (broken, sound) = (try started[0].get(), try started[1].get())
        try here.home.raw { database in
            try database.execute(
                sql: "UPDATE rotation SET body = '{' WHERE id = ?", arguments: [broken.id.rawValue])
        }
        let clock = WorldClock(here.world)
        let deadline = now + .seconds(2)
        let report = try await engine.run(
            options: RunOptions(deadline: deadline, isStopping: { clock.now() > deadline }))
        #expect(report.failed[broken.id]?.contains("can't be read") == true)
        #expect(report.driven[sound.id] != nil && report.failed[sound.id] == nil)
        // It waits between two looks at what it can't drive.
        #expect(here.world.calls > 0 && report.commits < 60)
    }

    @Test func `a rule that the journal refuses leaves the rotation as it was`() async throws {
        try here.home.raw { database in
            try database.execute(
                sql: """
                    CREATE TRIGGER no_new_secret BEFORE UPDATE ON rotation
                    WHEN NEW.new_credential IS NOT NULL BEGIN SELECT RAISE(ABORT, 'no'); END
                    """)
        }
        let (report, rotation) = try await drive(RunOptions())
        #expect(report.failed[rotation.id]?.contains("sqlite") == true)
        #expect(rotation.state == .running(.create) && rotation.body.isCreationOpen)
    }

    @Test func `who is due is told, until a rotation is under way`() throws {
        let seen = ClientSeen(
            name: here.plan.client, planFile: "billing.yaml", planDigest: "digest",
            schedule: Schedule(every: .seconds(1)))
        let engine = try here.engine()
        defer { try? engine.journal.close() }
        try engine.journal.note(files: [], clients: [seen], gone: [], at: Home.start) { 0 }
        here.world.advance(to: Home.start + .hours(1))
        #expect(try engine.due().map(\.name) == [here.plan.client])
        _ = try engine.start(here.plan, digest: "digest", trigger: "test")
        #expect(try engine.due() == [])
    }

    @Test func `answering for a rotation that isn't there does nothing`() async throws {
        let engine = try here.engine()
        defer { try? engine.journal.close() }
        try await engine.answerRequests(of: Home.rotation("none"))
        #expect(try engine.journal.auditLines() == [])
    }
}
