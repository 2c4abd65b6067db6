import RotationCore
import RotationTesting
import Testing

@testable import RotationEngine

/// Servers that hold one secret, under a plan that allows the outage.
@Suite struct OutageTests {
    let scratch = Scratch()
    private let lost = AdapterError(.unknown, code: "lost", message: "no answer")

    private static let classes: [World.Configuration] = [.replaced, .replacedUnseen, .renewed]
    private static let faults = Fault.allCases.filter { ![.duplicated, .late].contains($0) }

    @Test(arguments: classes)
    func `a rotation switches once, and ends with everybody on the new secret`(
        configuration: World.Configuration
    ) async throws {
        let world = World(configuration)
        let ending = try await Trial(world, scratch).run()
        #expect(ending.state == .completed && ending.problems == [] && ending.holds == [])
        #expect(world.creations.count == 1 && world.secretCount == 1)
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
            if world.calls < n { break }
        }
    }

    @Test(arguments: classes)
    func `a creation that comes through late is not put beside another`(
        configuration: World.Configuration
    ) async throws {
        for n in World(configuration).creations + Array(1...40) {
            let world = World(configuration.small, faults: [n: .late])
            let ending = try await Trial(world, scratch).run()
            guard world.creations.first == n else { continue }
            #expect(ending.state == .completed && ending.problems == [], "late at \(n)")
        }
    }

    /// A rollback after so many runs, as a person asks for it.
    private func turnBack(
        _ world: World, after runs: Int, _ plan: Plan
    ) async throws -> Ending {
        try await Trial(world, scratch, plan: plan).run { harness, id in
            for _ in 0..<runs {
                let rotation = try await harness.run(id)
                if rotation.state.isEnded || rotation.rollbackRefusal != nil { return }
                world.advance(to: rotation.nextAt)
            }
            try harness.ask(.rollback, of: try harness.look(id))
        }
    }

    @Test(arguments: [World.Configuration.replaced, .replacedUnseen])
    func `a way back puts the old secret in force again, with any fault on it`(
        configuration: World.Configuration
    ) async throws {
        for runs in 0...6 {
            for fault in [Fault.crashAfter, .answerLost] {
                for n in 1... {
                    let world = World(configuration.small, faults: [n: fault])
                    let ending = try await turnBack(world, after: runs, world.plan())
                    let isEnded = [.abandoned, .completed].contains(ending.state)
                    #expect(isEnded, "\(fault) at \(n), \(runs) runs: \(ending.holds)")
                    #expect(ending.problems == [], "\(fault) at \(n), \(runs) runs")
                    if world.calls < n { break }
                }
            }
        }
    }

    @Test func `a way back is held where the old value can't be had again, and leads forward`()
        async throws
    {
        var here = try AnchoredHome(.renewed.watched)
        here.plan.soak = .minutes(2)
        #expect(try await here.drive { $0.reason == .soak } != nil)
        try here.ask(.rollback)
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.reason == .cannotWithdraw && !here.world.acceptsOriginal)
        try here.ask(.forward)
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
        #expect(here.world.lockedOut == [] && here.world.violations == [])
    }

    @Test func `a rotation that went back goes forward again, with the same value`() async throws {
        var here = try AnchoredHome(.replaced.watched)
        here.plan.soak = .minutes(2)
        #expect(try await here.drive { $0.reason == .soak } != nil)
        try here.ask(.rollback)
        #expect(try await here.drive { $0.state == .running(.readopt) } != nil)
        #expect(here.world.acceptsOriginal && here.world.storesHoldOriginal)
        try here.ask(.forward)
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
        #expect(here.world.creations.count == 2 && here.world.lockedOut == [])
    }

    @Test func `approval is asked for before the secret is replaced`() async throws {
        var here = try AnchoredHome(.replaced.watched)
        here.plan.needsApproval = true
        #expect(try await here.drive { $0.reason == .approval }?.state == .running(.create))
        #expect(here.world.acceptsOriginal && here.world.creations == [])
        try here.ask(.approve, words: "change 4711")
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
    }

    @Test func `an edited plan keeps the secret as it is`() async throws {
        let here = try AnchoredHome(.replaced.watched)
        let seen = ClientSeen(
            name: here.plan.client, planFile: "billing.yaml", planDigest: "another", schedule: nil)
        let journal = try Journal.open(in: here.home.directory)
        try journal.note(files: [], clients: [seen], gone: [], at: Home.start) { 0 }
        try journal.close()
        #expect(try await here.drive { $0.reason == .planChanged }?.state == .running(.create))
        #expect(here.world.acceptsOriginal && here.world.creations == [])
    }

    @Test func `what would keep the outage from ending keeps it from beginning`() async throws {
        var here = try AnchoredHome(.replaced.watched)
        let refused = AdapterError(.refused, code: "hook", message: "no such program")
        here.plan.reload = [TargetSettings(name: "hook", type: "fake", values: [:])]
        here.odd { $0.hookFailure = refused }
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.create) && rotation.reason == .refusedByTarget)
        #expect(here.world.acceptsOriginal && here.world.creations == [])
    }

    /// A creation that happened, and whose answer was lost with its value.
    private func afterLostCreation(_ configuration: World.Configuration) async throws
        -> AnchoredHome
    {
        var here = try AnchoredHome(configuration.watched)
        here.odd { ports in
            ports.creationFailure = lost
            ports.isOnlyAnswerLost = true
        }
        _ = try await here.run()
        here.ports = WorldFactory(here.world)
        #expect(!here.world.acceptsOriginal)
        return here
    }

    @Test func `a value that was lost is replaced, and not before it must be there`() async throws {
        let here = try await afterLostCreation(.renewed)
        _ = try await here.run()
        #expect(here.world.creations.count == 1)
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
        #expect(here.world.creations.count == 2 && here.world.lockedOut == [])
    }

    @Test func `where a store was changed meanwhile, a person decides`() async throws {
        let here = try await afterLostCreation(.renewed)
        here.world.meddle { $0.overwriteStore(0, with: "somebody-elses-value") }
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.create) && rotation.reason == .createAmbiguous)
        #expect(here.world.creations.count == 1)
    }

    @Test func `a value of somebody else's is not replaced`() async throws {
        let here = try await afterLostCreation(.replaced)
        here.world.meddle { meddling in
            meddling.deleteOurSecret()
            meddling.addForeignSecret("f1")
        }
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.create) && rotation.reason == .createAmbiguous)
        #expect(here.world.creations.count == 1)
    }

    @Test func `without the plan's word nothing is replaced`() async throws {
        var here = try AnchoredHome(.replaced.watched)
        here.plan.strategy = .overlap
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.create) && rotation.reason == .noOverlap)
        #expect(here.world.acceptsOriginal && here.world.creations == [])
    }
}
