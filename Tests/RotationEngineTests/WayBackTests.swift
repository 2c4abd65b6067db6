import GRDB
import RotationCore
import RotationTesting
import Synchronization
import Testing

@testable import RotationEngine

/// Ways back, and forward again, against servers that don't play along.
@Suite struct WayBackTests {
    private let lost = AdapterError(.unknown, code: "lost", message: "no answer")

    private func atTheGuards(_ configuration: World.Configuration = .clientSupplied.watched)
        async throws -> AnchoredHome
    {
        let here = try AnchoredHome(configuration)
        #expect(try await here.driveToTheGuards() != nil)
        return here
    }

    /// A rotation whose creation came through, of which nobody heard.
    private func afterLostCreation(_ configuration: World.Configuration) async throws
        -> AnchoredHome
    {
        var here = try AnchoredHome(configuration)
        here.odd { ports in
            ports.creationFailure = lost
            ports.isOnlyAnswerLost = true
        }
        let rotation = try #require(try await here.run().driven.values.first)
        #expect(rotation.body.isCreationOpen && rotation.reason == .unknownOutcome)
        #expect(here.world.ownCount == 1)
        here.ports = WorldFactory(here.world)
        return here
    }

    private func look(_ here: AnchoredHome) async throws -> Rotation {
        _ = try await here.run()
        return try #require(try here.look())
    }

    @Test func `what a lost creation left in the other registration is made useless`()
        async throws
    {
        let usual = try AnchoredHome(.pairedUnseen.watched)
        _ = try await usual.drive { $0.state.isEnded }
        let creation = try #require(usual.world.creations.first)
        let here = try AnchoredHome(.pairedUnseen.watched, faults: [creation: .answerLost])
        _ = try await here.run()
        #expect(try here.look()?.body.isCreationOpen == true && here.world.ownCount == 1)
        try here.ask(.rollback)
        #expect(try await here.drive { $0.state.isEnded }?.state == .abandoned)
        #expect(here.world.ownCount == 0 && here.world.acceptsOriginal)
        #expect(here.world.violations == [])
    }

    @Test func `there is no way back to a secret that is gone`() async throws {
        var here = try await atTheGuards()
        try here.ask(.rollback)
        here.odd { $0.listed = { listed in listed.filter { $0.holds != .old } } }
        let rotation = try await look(here)
        #expect(rotation.state == .held(.enable) && rotation.reason == .oldSecretGone)
    }

    @Test func `forward there is nothing to wait for where the old secret is gone`() async throws {
        var here = try await atTheGuards()
        let looks = Atomic(0)
        here.odd { ports in
            ports.reported = { _ in nil }
            ports.listed = { listed in
                let isFirst = looks.add(1, ordering: .relaxed).newValue == 1
                return isFirst ? listed : listed.filter { $0.holds != .old }
            }
        }
        let rotation = try await look(here)
        #expect(rotation.state == .running(.adopt) && rotation.reason == .adoption)
        let journal = try Journal.openForReading(in: here.home.directory)
        defer { try? journal.close() }
        let lines = try journal.auditLines()
        #expect(lines.contains { $0.body.contains("the old secret is gone") })
    }

    @Test func `an old secret that stays refused is borne with, and then a person's`()
        async throws
    {
        var here = try await atTheGuards()
        try here.ask(.rollback)
        here.odd { ports in
            ports.verdict = { $0.matches(originalSecret) ? .refused(code: "locked") : nil }
        }
        var rotation = try await look(here)
        #expect(rotation.state == .running(.enable) && rotation.reason == .notYetAccepted)
        #expect(rotation.detail == "the server says locked")
        rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.enable) && rotation.reason == .oldSecretRefused)
    }

    @Test func `a refused old secret is not put back into the stores`() async throws {
        var here = try AnchoredHome(.clientSupplied.watched)
        here.plan.overlap = .hours(1)
        #expect(try await here.drive { $0.state == .running(.overlap) } != nil)
        try here.ask(.rollback)
        here.odd { ports in
            ports.verdict = { $0.matches(originalSecret) ? .refused(code: "locked") : nil }
        }
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.restore) && rotation.reason == .oldSecretRefused)
        #expect(!here.world.storesHoldOriginal)
    }

    @Test func `nothing is withdrawn while the old secret is refused`() async throws {
        var here = try AnchoredHome(.labelled.watched)
        here.plan.probe = ProbeRule(successes: 2, window: .seconds(30), patience: .minutes(5))
        #expect(try await here.run().driven.values.first?.state == .running(.accept))
        try here.ask(.rollback)
        here.odd { ports in
            ports.verdict = { $0.matches(originalSecret) ? .refused(code: "locked") : nil }
        }
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.withdraw) && rotation.reason == .oldSecretRefused)
        #expect(here.world.ownCount == 1)
    }

    @Test func `a withdrawn secret that stays listed is a person's`() async throws {
        var here = try AnchoredHome(.clientSupplied.watched)
        here.plan.probe = ProbeRule(successes: 2, window: .seconds(30), patience: .minutes(5))
        let new = try #require(try await here.run().driven.values.first?.newCredential)
        try here.ask(.rollback)
        here.odd { ports in
            ports.listed = { listed in
                listed.contains { $0.id == new } ? listed : listed + [Credential(id: new)]
            }
        }
        var rotation = try await look(here)
        #expect(rotation.state == .running(.withdraw) && rotation.reason == .notYetRefused)
        rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.withdraw) && rotation.reason == .newSecretStillAccepted)
        #expect(here.world.ownCount == 0 && here.world.acceptsOriginal)
    }

    @Test func `a copy of the creation is swept before the way back ends`() async throws {
        var here = try AnchoredHome(.labelled.watched)
        here.plan.probe = ProbeRule(successes: 2, window: .seconds(30))
        let rotation = try #require(try await here.run().driven.values.first)
        let server = try await here.ports.server(of: here.plan)
        _ = try await server.create(nil, label: rotation.label)
        #expect(here.world.ownCount == 2)
        try here.ask(.rollback)
        #expect(try await here.drive { $0.state.isEnded }?.state == .abandoned)
        #expect(here.world.secretCount == 1 && here.world.ownCount == 0)
    }

    @Test func `a store that is turned forward during the withdrawal is restored again`()
        async throws
    {
        var here = try await atTheGuards()
        let new = here.world.value(ofStore: 0)
        try here.ask(.rollback)
        here.odd { ports in
            ports.deletionFailure = AdapterError(
                .unavailable(retryAfter: nil), code: "away", message: "away")
        }
        var rotation = try await look(here)
        #expect(rotation.state == .running(.withdraw) && rotation.reason == .serverUnavailable)
        here.ports = WorldFactory(here.world)
        here.world.meddle { $0.overwriteStore(0, with: new) }
        here.world.advance(to: rotation.nextAt)
        rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .abandoned && rotation.body.drifts == 1)
        #expect(here.world.storesHoldOriginal)
    }

    @Test(arguments: [World.Configuration.clientSupplied, .labelled, .twoSlots])
    func `a way back from a lost creation finds out first`(configuration: World.Configuration)
        async throws
    {
        let here = try await afterLostCreation(configuration.watched)
        try here.ask(.rollback)
        let rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .abandoned)
        #expect(here.world.ownCount == 0 && here.world.acceptsOriginal)
        #expect(here.world.violations == [])
    }

    @Test func `and asks a person where that can't be found out`() async throws {
        let here = try await afterLostCreation(.opaqueSlots.watched)
        try here.ask(.rollback)
        let rotation = try await look(here)
        #expect(rotation.state == .held(.withdraw) && rotation.reason == .createAmbiguous)
    }

    @Test func `a creation that took the only slot is undone at once`() async throws {
        var here = try await afterLostCreation(.twoSlots.watched)
        here.odd { $0.listed = { listed in listed.filter { $0.holds != .old } } }
        let rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .abandoned, "\(rotation)")
        #expect(here.world.storesHoldOriginal && here.world.acceptsOriginal)
    }

    @Test func `a server that drops the old secret when it makes a new one is turned back`()
        async throws
    {
        var here = try AnchoredHome(.twoSlots.watched)
        let isMade = Atomic(false)
        here.odd { ports in
            ports.created = { made in
                isMade.store(true, ordering: .relaxed)
                return made
            }
            ports.verdict = { secret in
                guard isMade.load(ordering: .relaxed), secret.matches(originalSecret) else {
                    return nil
                }
                return .refused(code: "gone")
            }
        }
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.body.rollbackReason?.contains("dropped the old secret") == true)
        #expect(rotation.state == .held(.withdraw) && rotation.reason == .newSecretStillAccepted)
        #expect(here.world.trace.count { $0 == .write } == 0)
    }

    @Test func `answers without a window are asked for one after another`() async throws {
        var here = try AnchoredHome(.clientSupplied.watched)
        here.plan.probe = ProbeRule(successes: 4, window: .zero, patience: .minutes(5))
        let rotation = try #require(try await here.run().driven.values.first)
        #expect(rotation.state == .completed)
        let journal = try Journal.openForReading(in: here.home.directory)
        defer { try? journal.close() }
        let told = try journal.auditLines().filter { $0.body.contains(#""answers":"4""#) }
        #expect(told.map(\.event) == ["phase-done", "phase-done"])
    }

    @Test func `a plan without patience has the server's, two minutes at least`() async throws {
        var configuration = World.Configuration.clientSupplied.watched
        configuration.lag = .hours(100)
        var here = try AnchoredHome(configuration)
        here.plan.probe = ProbeRule(successes: 1, window: .zero)
        let begin = here.clock.now()
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.reason == .newSecretRefused)
        let waited = here.clock.now().since(begin)
        #expect(waited > .minutes(2) && waited < .minutes(3))
    }

    @Test func `a store that somebody takes while all wait is a person's`() async throws {
        var here = try AnchoredHome(.clientSupplied.watched)
        here.plan.overlap = .hours(1)
        let rotation = try #require(try await here.drive { $0.state == .running(.overlap) })
        here.world.meddle { $0.overwriteStore(1, with: "theirs") }
        here.world.advance(to: rotation.nextAt)
        let held = try await look(here)
        #expect(held.state == .held(.overlap) && held.reason == .storeChanged)
        #expect(here.world.value(ofStore: 1) == "theirs")
    }

    @Test func `a store that is changed back behind the deletion gets the new secret again`()
        async throws
    {
        var here = try AnchoredHome(.clientSupplied.watched)
        here.plan.watch = .hours(1)
        #expect(try await here.drive { $0.state == .running(.watch) } != nil)
        let new = here.world.value(ofStore: 0)
        here.world.meddle { $0.overwriteStore(1, with: World.firstValue) }
        let rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .completed && rotation.body.drifts == 1)
        #expect(here.world.value(ofStore: 1) == new)
    }
}

extension World {
    fileprivate static var firstValue: String { originalSecret.withPlaintext { $0 } }
}
