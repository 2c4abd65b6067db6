import RotationCore
import RotationTesting
import Synchronization
import Testing

@testable import RotationEngine

/// Servers and consumers that answer as they should not.
@Suite struct ContraryServerTests {
    @Test func `a server that accepts a secret made up by us proves nothing`() async throws {
        var here = try AnchoredHome(.clientSupplied.watched)
        here.odd { $0.verdict = { _ in .accepted } }
        let rotation = try #require(try await here.run().driven.values.first)
        #expect(rotation.state == .held(.accept) && rotation.reason == .anySecretAccepted)
        #expect(here.world.trace.count { $0 == .write } == 0)
    }

    @Test func `a new secret that is never accepted is held once patience is over`() async throws {
        var configuration = World.Configuration.clientSupplied.watched
        configuration.lag = .hours(100)
        let here = try AnchoredHome(configuration)
        let begin = WorldClock(here.world).now()
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.accept) && rotation.reason == .newSecretRefused)
        #expect(WorldClock(here.world).now() > begin + .minutes(5))
        #expect(here.world.acceptsOriginal && here.world.storesHoldOriginal)
    }

    @Test func `an answer without a value counts as lost`() async throws {
        var here = try AnchoredHome(.labelled.watched)
        here.odd { $0.created = { CreatedCredential(id: $0.id, secret: nil) } }
        let rotation = try #require(try await here.run().driven.values.first)
        #expect(rotation.state == .running(.create) && rotation.reason == .unknownOutcome)
        #expect(rotation.body.isCreationOpen && rotation.newCredential == nil)
        // Nobody knows its value: it is deleted by its label, and another one made.
        here.ports = WorldFactory(here.world)
        here.world.advance(to: rotation.nextAt)
        let ended = try await here.drive { $0.state.isEnded }
        #expect(ended?.state == .completed && here.world.violations == [])
        #expect(here.world.secretCount == 1)
    }

    @Test func `a new secret that is gone when all is done is a person's`() async throws {
        var here = try AnchoredHome(.clientSupplied.watched)
        here.plan.watch = .hours(2)
        var rotation = try #require(try await here.drive { $0.state == .running(.watch) })
        here.odd { $0.listed = { _ in [] } }
        rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.close) && rotation.reason == .newSecretGone)
    }

    @Test func `a deleted secret that stays accepted is a person's`() async throws {
        var here = try AnchoredHome(.clientSupplied.watched)
        here.odd { ports in
            ports.verdict = { $0.matches(originalSecret) ? .accepted : nil }
        }
        var rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.disable) && rotation.reason == .oldSecretStillAccepted)
        #expect(rotation.detail == "it is disabled, and the server still accepts it")

        here = try AnchoredHome(.labelled.watched)
        here.odd { ports in
            ports.verdict = { $0.matches(originalSecret) ? .accepted : nil }
        }
        rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.prove) && rotation.reason == .oldSecretStillAccepted)
        #expect(rotation.detail == "deleted, and the server still accepts it")
    }

    @Test func `a deleted secret that comes back is a person's`() async throws {
        var here = try AnchoredHome(.clientSupplied.watched)
        here.plan.watch = .hours(2)
        var rotation = try #require(try await here.drive { $0.state == .running(.watch) })
        here.odd { ports in
            ports.verdict = { $0.matches(originalSecret) ? .accepted : nil }
        }
        rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.watch) && rotation.reason == .oldSecretStillAccepted)
        #expect(rotation.detail == "the deleted secret is accepted again")
    }

    @Test func `a new secret that is refused while the old one is gone is a person's`()
        async throws
    {
        var here = try AnchoredHome(.clientSupplied.watched)
        here.plan.watch = .hours(2)
        var rotation = try #require(try await here.drive { $0.state == .running(.watch) })
        here.odd { $0.verdict = { _ in .refused(code: "invalid_client") } }
        rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.watch) && rotation.reason == .newSecretRefused)
        #expect(rotation.detail == "the server refuses the new secret: invalid_client")
    }

    @Test func `a consumer found on the old secret while it is watched for is told by name`()
        async throws
    {
        var here = try AnchoredHome(.clientSupplied.watched)
        here.plan.watch = .hours(2)
        var rotation = try #require(try await here.drive { $0.state == .running(.watch) })
        var habits = here.world.configuration
        habits.habits = [.interval(.hours(9_000))]
        // What the consumers of another world report is of the old secret there, and here too.
        let other = World(habits)
        let report = try await WorldFactory(other).reporter(here.plan.consumers[0], of: here.plan)
            .report(since: nil)
        here.odd { $0.reported = { _ in report } }
        here.world.advance(to: rotation.nextAt)
        rotation = try #require(try await here.run().driven.values.first)
        #expect(rotation.state == .running(.watch) && rotation.reason == .consumerOnOldSecret)
        #expect(rotation.detail == "consumer0: it reports the old secret")
    }

    @Test func `a report that proves nothing is said in which way`() async throws {
        var here = try AnchoredHome(.clientSupplied.watched)
        func detail(_ change: (inout OddPorts) -> Void) async throws -> String? {
            here.odd(change)
            let rotation = try #require(try await here.run().driven.values.first)
            here.world.advance(to: rotation.nextAt)
            #expect(rotation.state == .running(.adopt) && rotation.reason == .adoption)
            return rotation.detail
        }
        #expect(
            try await detail { $0.reported = { _ in nil } } == "consumer0: it has not reported yet")
        let away = AdapterError(
            .unavailable(retryAfter: nil), code: "away", message: "no such path")
        #expect(try await detail { $0.reporterFailure = away } == "consumer0: no such path")
        let forged = AdoptionReport(
            spelledAt: "x", at: Instant(milliseconds: .max), fingerprint: "00")
        #expect(
            try await detail { $0.reported = { _ in .fingerprint(forged) } }
                == "consumer0: its report matches neither secret")
    }

    @Test func `a report that is dated in the future proves nothing yet`() async throws {
        var here = try AnchoredHome(.clientSupplied.watched)
        let (other, plan) = (World(.clientSupplied.watched), here.plan)
        other.meddle { $0.setClock(by: .hours(1)) }
        // The right value, by a consumer whose clock is an hour ahead.
        let world = here.world
        let reports = try await WorldFactory(other).reporter(plan.consumers[0], of: plan)
        here.odd { $0.reported = { _ in nil } }
        #expect(try await here.drive { $0.reason == .adoption }?.state == .running(.adopt))
        other.meddle { $0.overwriteStore(0, with: world.value(ofStore: 0)) }
        let ahead = try await reports.report(since: nil)
        here.odd { $0.reported = { _ in ahead } }
        let rotation = try #require(try await here.drive { $0.detail?.contains("dated") == true })
        #expect(rotation.detail == "consumer0: its report is dated in the future")
        here.ports = WorldFactory(world)
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
    }

    @Test func `a hook that fails is run again, and no consumer is waited for before`()
        async throws
    {
        var here = try AnchoredHome(.clientSupplied.watched)
        here.plan.reload = [TargetSettings(name: "hook", type: "fake", values: [:])]
        let away = AdapterError(.refused, code: "away", message: "exit 1")
        here.odd { $0.hookFailure = away }
        var rotation = try #require(try await here.run().driven.values.first)
        #expect(rotation.state == .held(.reload) && rotation.reason == .refusedByTarget)
        #expect(rotation.detail == "hook: exit 1")
        here.ports = WorldFactory(here.world)
        try here.ask(.resume)
        rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .completed)
    }
}
