import Foundation
import GRDB
import RotationCore
import RotationTesting
import Testing

@testable import RotationEngine

/// What people ask of a rotation, what becomes of it, and what is said where it can't be had.
@Suite struct RequestTests {
    private var here: AnchoredHome

    init() throws {
        here = try AnchoredHome(.clientSupplied.watched)
        here.plan.overlap = .hours(1)
    }

    /// Asks, lets the engine answer and nothing else; why it was refused, as the audit has it.
    private func ask(_ kind: Request.Kind, words: String = "why") async throws -> String? {
        let engine = try here.engine()
        defer { try? engine.journal.close() }
        let rotation = try #require(try engine.journal.latest(of: here.plan.client))
        let request = Request(
            rotation: rotation.id, kind: kind, words: words, madeAt: WorldClock(here.world).now())
        try engine.journal.ask(request, client: rotation.client)
        let calls = here.world.calls
        try await engine.answerRequests(of: rotation)
        #expect(here.world.calls == calls, "something was asked of the world")
        #expect(try engine.journal.requests(of: rotation.id) == [])
        let line = try #require(
            try engine.journal.auditLines().last { $0.event == "answered-\(kind.rawValue)" })
        let facts = try JSONDecoder().decode([String: String].self, from: Data(line.body.utf8))
        return facts["refused"]
    }

    private func state() throws -> RotationState? { try here.look()?.state }

    private func come(to phase: Phase) async throws {
        let rotation = try await here.drive { $0.state == .running(phase) }
        #expect(rotation?.state == .running(phase))
    }

    @Test func `a rotation is held once, and goes on when it is told to`() async throws {
        try await come(to: .overlap)
        #expect(try await ask(.hold, words: "friday") == nil)
        let held = try #require(try here.look())
        #expect(held.state == .held(.overlap))
        #expect(held.reason == .byOperator && held.detail == "friday")
        #expect(try await ask(.hold) == "the rotation is held already")
        #expect(try here.look()?.detail == "friday")
        #expect(try await ask(.resume) == nil)
        #expect(try state() == .running(.overlap))
        #expect(try await ask(.resume) == nil, "going on with what goes on is no mistake")
        #expect(try state() == .running(.overlap))
    }

    @Test func `a way back is taken once, and can be left again`() async throws {
        try await come(to: .overlap)
        #expect(try await ask(.forward) == "the rotation is in overlap")
        #expect(try await ask(.rollback, words: "it broke") == nil)
        #expect(try state() == .running(.restore))
        #expect(try here.look()?.body.rollbackReason == "it broke")
        #expect(try await ask(.rollback, words: "again") == nil)
        #expect(try here.look()?.body.rollbackReason == "it broke")
        #expect(try await ask(.forward) == nil)
        #expect(try state() == .running(.write))
        #expect(try here.look()?.body.rollbackReason == nil)
    }

    @Test mutating func `once the deletion was sent there is no way back`() async throws {
        here.plan.overlap = .zero
        here.plan.watch = .hours(2)
        try await come(to: .watch)
        let refusal = try await ask(.rollback)
        #expect(refusal?.contains("the deletion of the old secret was sent") == true)
        #expect(try state() == .running(.watch))
    }

    @Test func `nothing is done to a rotation that is over`() async throws {
        _ = try await here.run()
        #expect(try await ask(.rollback) == nil)
        _ = try await here.drive { $0.state.isEnded }
        #expect(try state() == .abandoned)
        for kind in Request.Kind.allCases {
            #expect(try await ask(kind) == "the rotation is over", "\(kind)")
        }
        #expect(try state() == .abandoned)
    }

    @Test mutating func `a retry where consumers are waited for tells them again`() async throws {
        here = try AnchoredHome(Self.slow)
        try await come(to: .adopt)
        #expect(try await ask(.retry) == nil)
        #expect(try state() == .running(.write))
        #expect(try here.look()?.body.drifts == 0)
    }

    @Test func `a retry elsewhere only goes on at once`() async throws {
        try await come(to: .overlap)
        here.world.pass(.seconds(5))
        #expect(try await ask(.retry) == nil)
        let rotation = try #require(try here.look())
        #expect(rotation.state == .running(.overlap))
        #expect(rotation.nextAt == WorldClock(here.world).now())
        #expect(try await ask(.hold) == nil)
        #expect(try await ask(.retry) == nil)
        #expect(try state() == .running(.overlap))
    }

    @Test func `an approval is kept with who gave it`() async throws {
        try await come(to: .overlap)
        #expect(try await ask(.approve, words: "ann") == nil)
        #expect(try here.look()?.body.approval == "ann")
    }

    @Test func `an edited plan is ignored or taken over, as a person says`() async throws {
        try await come(to: .overlap)
        #expect(try await ask(.keepPlan, words: "other-digest") == nil)
        #expect(try here.look()?.body.acknowledgedDigest == "other-digest")
        #expect(try await ask(.acceptPlan, words: "unknown") == "no such plan")
        var foreign = here.plan
        foreign.clientID = ClientID(rawValue: "somebody")
        try keep(foreign, "foreign")
        let refusal = try await ask(.acceptPlan, words: "foreign")
        #expect(refusal == "the edited plan is for another client, server or strategy")
        #expect(try here.look()?.planDigest == "digest")

        var edited = here.plan
        edited.watch = .hours(3)
        try keep(edited, "edited")
        #expect(try await ask(.hold) == nil)
        #expect(try await ask(.acceptPlan, words: "edited") == nil)
        let rotation = try #require(try here.look())
        #expect(rotation.plan == edited && rotation.planDigest == "edited")
        // Stores may have been added: they are written before anything is revoked.
        #expect(rotation.state == .running(.write))
        #expect(rotation.body.drifts == 0 && rotation.body.identities == [:])
    }

    @Test func `a request of a word that is not known is left alone`() async throws {
        try await come(to: .overlap)
        try here.home.raw { database in
            try database.execute(
                sql: """
                    INSERT INTO request (rotation, kind, words, made_at)
                    SELECT id, 'dance', '', 1 FROM rotation
                    """)
        }
        let rotation = try #require(try await here.run().driven.values.first)
        #expect(rotation.state == .running(.overlap))
        let journal = try Journal.openForReading(in: here.home.directory)
        defer { try? journal.close() }
        #expect(try journal.requests(of: rotation.id) == [])
        #expect(try !journal.auditLines().contains { $0.event.hasPrefix("answered") })
    }

    private func keep(_ plan: Plan, _ digest: String) throws {
        let journal = try Journal.open(in: here.home.directory)
        defer { try? journal.close() }
        try journal.keep(plan, digest: digest)
        try journal.keep(plan, digest: digest)
    }

    /// A consumer that reads its secret once a year.
    private static var slow: World.Configuration {
        var slow = World.Configuration.clientSupplied
        slow.habits = [.interval(.hours(9_000))]
        return slow
    }
}
