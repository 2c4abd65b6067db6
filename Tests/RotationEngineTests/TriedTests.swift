import RotationCore
import RotationTesting
import Testing

@testable import RotationEngine

/// Servers that list nothing, so that a secret is known by trial only: UAA and Hydra.
@Suite struct TriedTests {
    let scratch = Scratch()

    private static let classes: [World.Configuration] = [.tried, .triedSlots]
    private static let faults = Fault.allCases.filter { ![.duplicated, .late].contains($0) }

    @Test(arguments: classes)
    func `a rotation goes forward as at any other server`(configuration: World.Configuration)
        async throws
    {
        let world = World(configuration)
        let ending = try await Trial(world, scratch).run()
        #expect(ending.state == .completed && ending.problems == [] && ending.holds == [])
        #expect(world.secretCount == 1)
    }

    @Test(arguments: classes, faults)
    func `one fault at any call changes nothing but the time it takes`(
        configuration: World.Configuration, fault: Fault
    ) async throws {
        for n in 1... {
            let world = World(configuration.small, faults: [n: fault])
            let ending = try await Trial(world, scratch).run()
            #expect(ending.state == .completed, "\(fault) at \(n): \(ending.holds)")
            #expect(ending.problems == [], "\(fault) at \(n)")
            if fault != .refused { #expect(ending.holds == [], "\(fault) at \(n)") }
            #expect(world.secretCount == 1)
            if world.calls < n { break }
        }
    }

    @Test(arguments: classes, [Fault.crashBefore, .crashAfter, .answerLost, .failed])
    func `one fault at any call of a way back changes nothing either`(
        configuration: World.Configuration, fault: Fault
    ) async throws {
        for n in 1... {
            let world = World(configuration.small, faults: [n: fault])
            let ending = try await Trial(world, scratch).run { harness, id in
                var rotation = try harness.look(id)
                while world.storesHoldOriginal, case .running = rotation.state {
                    world.advance(to: rotation.nextAt)
                    rotation = try await harness.run(id)
                }
                try harness.ask(.rollback, of: rotation)
            }
            #expect(ending.state == .abandoned, "\(fault) at \(n): \(ending.holds)")
            #expect(ending.problems == [], "\(fault) at \(n)")
            #expect(world.acceptsOriginal && world.secretCount == 1)
            if world.calls < n { break }
        }
    }

    /// Each lost creation may have pushed the old secret one place further back.
    @Test func `before the last place a person is asked, and the old secret is still accepted`()
        async throws
    {
        var here = try AnchoredHome(World.Configuration.triedSlots.watched)
        here.odd { ports in
            ports.creationFailure = AdapterError(.unknown, code: "lost", message: "no answer")
            ports.isOnlyAnswerLost = true
        }
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.create) && rotation.reason == .createAmbiguous)
        #expect(here.world.ownCount == 5 && here.world.acceptsOriginal)
        here.ports = WorldFactory(here.world)
        try here.ask(.rollback)
        #expect(try await here.drive { $0.state.isEnded }?.state == .abandoned)
        #expect(here.world.acceptsOriginal && here.world.storesHoldOriginal)
        #expect(here.world.secretCount == 1)
    }

    @Test func `what lost creations made goes on the way back, too`() async throws {
        var here = try AnchoredHome(World.Configuration.triedSlots.watched)
        here.odd { ports in
            ports.creationFailure = AdapterError(.unknown, code: "lost", message: "no answer")
            ports.isOnlyAnswerLost = true
        }
        #expect(try await here.drive { _ in here.world.ownCount == 2 } != nil)
        here.ports = WorldFactory(here.world)
        try here.ask(.rollback)
        #expect(try await here.drive { $0.state.isEnded }?.state == .abandoned)
        #expect(here.world.acceptsOriginal && here.world.secretCount == 1)
    }
}
