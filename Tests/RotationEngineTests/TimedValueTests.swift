import RotationCore
import RotationTesting
import Testing

@testable import RotationEngine

/// A list that shows only times, for values that we make: what became of a lost creation is tried
/// at the token endpoint.
@Suite struct TimedValueTests {
    private static let away = AdapterError(.unknown, code: "away", message: "away")

    @Test(arguments: [true, false])
    func `a lost creation is taken over where it happened, and sent again where it didn't`(
        isMade: Bool
    ) async throws {
        var here = try AnchoredHome(.timedValued.watched)
        here.odd { ports in
            ports.creationFailure = Self.away
            ports.isOnlyAnswerLost = isMade
        }
        _ = try await here.run()
        here.world.advance(to: try #require(try here.look()).nextAt)
        here.odd { _ in }
        let rotation = try await here.drive { $0.state.isEnded }
        #expect(rotation?.state == .completed)
        #expect(here.world.ownCount == 1 && here.world.violations == [])
        #expect(here.world.creations.count == 1, "what was made is not made anew")
        #expect(here.world.trace.count { $0 == .delete } == 1, "the old one only")
    }

    @Test func `what spreads late is waited for`() async throws {
        var configuration = World.Configuration.timedValued.watched
        configuration.lag = .seconds(40)
        var here = try AnchoredHome(configuration)
        here.odd { ports in
            ports.creationFailure = Self.away
            ports.isOnlyAnswerLost = true
        }
        _ = try await here.run()
        here.odd { _ in }
        let rotation = try await here.drive { $0.state.isEnded }
        #expect(rotation?.state == .completed)
        #expect(here.world.creations.count == 1 && here.world.violations == [])
    }

    @Test func `a secret of somebody else's is neither taken over nor deleted`() async throws {
        var here = try AnchoredHome(.timedValued.watched)
        here.odd { $0.creationFailure = Self.away }
        _ = try await here.run()
        here.world.meddle { $0.addForeignSecret("theirs") }
        here.odd { _ in }
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.create) && rotation.reason == .createAmbiguous)
        #expect(rotation.detail?.contains("theirs") == true)
        #expect(here.world.creations.isEmpty && here.world.acceptsOriginal)
        #expect(here.world.violations == [])
    }
}
