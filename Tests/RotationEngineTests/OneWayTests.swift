import RotationCore
import RotationTesting
import Testing

@testable import RotationEngine

/// Servers that never give their newest secret up: what is left of a way back, and how to leave it.
@Suite struct OneWayTests {
    private let lost = AdapterError(.unknown, code: "lost", message: "no answer")

    private static let classes: [World.Configuration] = [.oneWaySlots, .oneWayTimed]

    /// A rotation that was told to go back once the new secret was everywhere.
    private func wayBack(_ configuration: World.Configuration) async throws -> AnchoredHome {
        var here = try AnchoredHome(configuration.watched)
        here.plan.overlap = .hours(1)
        #expect(try await here.drive { $0.state == .running(.overlap) } != nil)
        try here.ask(.rollback, words: "it broke")
        return here
    }

    @Test(arguments: classes)
    func `a rotation goes forward as at any other server`(configuration: World.Configuration)
        async throws
    {
        let here = try AnchoredHome(configuration.watched)
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
        #expect(here.world.secretCount == 1 && !here.world.acceptsOriginal)
        #expect(here.world.violations == [])
    }

    @Test(arguments: classes)
    func `a way back ends held, with the old secret everywhere and both accepted`(
        configuration: World.Configuration
    ) async throws {
        let here = try await wayBack(configuration)
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.withdraw) && rotation.reason == .cannotWithdraw)
        #expect(rotation.detail?.contains("the newest stays") == true)
        #expect(here.world.storesHoldOriginal && here.world.acceptsOriginal)
        #expect(here.world.ownCount == 1)
        try here.ask(.resume)
        let again = try #require(try await here.driveUntilHeld())
        #expect(again.state == .held(.withdraw) && again.reason == .cannotWithdraw)
        #expect(here.world.violations == [])
    }

    @Test(arguments: classes)
    func `it leads forward again, by way of the proof that the new secret is accepted`(
        configuration: World.Configuration
    ) async throws {
        let here = try await wayBack(configuration)
        #expect(try await here.driveUntilHeld() != nil)
        try here.ask(.forward)
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
        #expect(!here.world.storesHoldOriginal && here.world.secretCount == 1)
        #expect(here.world.violations == [])
    }

    @Test func `from any other withdrawal no way leads forward`() async throws {
        var here = try await wayBack(.clientSupplied)
        here.odd { $0.deletionFailure = lost }
        let rotation = try #require(try await here.drive { $0.state == .running(.withdraw) })
        #expect(rotation.forwardRefusal?.contains("is being withdrawn") == true)
        try here.ask(.forward)
        _ = try await here.run()
        #expect(try here.look()?.state == .running(.withdraw))
        here.ports = WorldFactory(here.world)
        #expect(try await here.drive { $0.state.isEnded }?.state == .abandoned)
    }

    /// A creation whose answer was lost, at a list that shows no values.
    private func afterLostCreation(limit: Int) async throws -> AnchoredHome {
        var configuration = World.Configuration.oneWayTimed.watched
        configuration.capabilities.limit = limit
        var here = try AnchoredHome(configuration)
        here.odd { ports in
            ports.creationFailure = lost
            ports.isOnlyAnswerLost = true
        }
        _ = try await here.run()
        here.ports = WorldFactory(here.world)
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.create) && rotation.reason == .slotOccupied)
        #expect(rotation.detail?.contains("the newest stays") == true)
        #expect(rotation.body.leftBehind?.count == 1 && !rotation.body.isCreationOpen)
        #expect(here.world.acceptsOriginal && here.world.ownCount == 1)
        return here
    }

    @Test func `a secret that was lost and can't be deleted stays in the way`() async throws {
        let here = try await afterLostCreation(limit: 2)
        try here.ask(.resume)
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.create) && rotation.reason == .slotOccupied)
        #expect(here.world.creations.count == 1)
        try here.ask(.rollback)
        #expect(try await here.drive { $0.state.isEnded }?.state == .abandoned)
        #expect(here.world.storesHoldOriginal && here.world.secretCount == 2)
    }

    @Test func `where there is room for another, the lost one is deleted behind it`() async throws {
        let here = try await afterLostCreation(limit: 3)
        try here.ask(.resume)
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
        #expect(here.world.secretCount == 1 && !here.world.acceptsOriginal)
    }

    @Test func `slots whose old secret was pushed out go forward at once`() async throws {
        var here = try AnchoredHome(.oneWaySlots.watched)
        here.odd { ports in
            ports.creationFailure = lost
            ports.isOnlyAnswerLost = true
        }
        _ = try await here.run()
        here.odd { ports in
            ports.listed = { listed in listed.filter { $0.holds != .old } }
            ports.verdict = { $0.matches(originalSecret) ? .refused(code: "gone") : nil }
        }
        let rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .completed, "\(rotation)")
        #expect(!here.world.storesHoldOriginal)
    }
}
