import RotationCore
import RotationTesting
import Synchronization
import Testing

@testable import RotationEngine

/// One secret at the server: the new one is a candidate in every store and consumer before it is
/// put in the old one's place.
@Suite struct PreStageTests {
    let scratch = Scratch()

    private static let classes: [World.Configuration] = [.staged, .stagedUnseen]
    @Test(arguments: classes)
    func `nobody is locked out by the switch, and nothing of the old secret is left`(
        configuration: World.Configuration
    ) async throws {
        let world = World(configuration)
        let ending = try await Trial(world, scratch).run()
        #expect(ending.state == .completed && ending.problems == [] && ending.holds == [])
        #expect(world.lockedOut == [])
        for index in 0..<2 {
            #expect(world.value(ofStore: index) != World.original)
            #expect(world.candidate(ofStore: index) == world.value(ofStore: index))
        }
    }

    /// `simulate` does the same with every fault.
    @Test(arguments: [Fault.crashAfter, .answerLost])
    func `one fault at any call changes nothing but the time it takes`(fault: Fault) async throws {
        for n in 1... {
            let world = World(World.Configuration.staged.small, faults: [n: fault])
            let ending = try await Trial(world, scratch).run()
            #expect(ending.state == .completed, "\(fault) at \(n): \(ending.holds)")
            #expect(ending.problems == [] && ending.holds == [], "\(fault) at \(n)")
            if world.calls < n { break }
        }
    }

    @Test(arguments: [Phase.stage, .announce, .ready, .create, .accept, .write, .adopt, .overlap])
    func `a way back from anywhere leaves the old secret alone in every store`(phase: Phase)
        async throws
    {
        let here = try AnchoredHome(.staged.watched)
        #expect(try await here.stepByStep { $0.state == .running(phase) })
        try here.ask(.rollback)
        let rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .abandoned)
        #expect(here.world.acceptsOriginal && here.world.storesHoldOriginal)
        #expect(here.world.candidate(ofStore: 0) == World.original)
        #expect(here.world.violations == [] && here.world.lockedOut == [])
    }

    @Test func `the server is not switched while one consumer doesn't hold the candidate`()
        async throws
    {
        var configuration = World.Configuration.staged
        configuration.habits = [.watch, .interval(.hours(9))]
        let here = try AnchoredHome(configuration)
        let rotation = try #require(try await here.drive { $0.reason == .adoption })
        #expect(rotation.state == .running(.ready))
        #expect(rotation.detail?.contains("candidate") == true)
        #expect(here.world.creations == [] && here.world.acceptsOriginal)
    }

    @Test func `a store that lost its candidate gets it back before the switch`() async throws {
        var here = try AnchoredHome(.staged.watched)
        here.plan.needsApproval = true
        #expect(try await here.drive { $0.reason == .approval } != nil)
        here.world.meddle { $0.revertStore(0) }
        try here.ask(.approve)
        let rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .completed && rotation.body.drifts == 1)
        #expect(here.world.violations == [] && here.world.lockedOut == [])
    }

    @Test func `a hold that is asked for right before the switch is heard`() async throws {
        var here = try AnchoredHome(.staged.watched)
        #expect(try await here.stepByStep { $0.state == .running(.create) })
        let isAsked = Atomic(false)
        let home = here
        here.odd { ports in
            ports.reported = { report in
                if !isAsked.exchange(true, ordering: .relaxed) {
                    home.insist(on: .hold, words: "wait")
                }
                return report
            }
        }
        _ = try await here.run()
        let rotation = try #require(try here.look())
        #expect(rotation.state == .held(.create) && rotation.detail == "wait")
        #expect(here.world.creations == [] && here.world.acceptsOriginal)
        here.ports = WorldFactory(here.world)
        try here.ask(.resume)
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
    }

    @Test func `somebody else's candidate is never written over`() async throws {
        let here = try AnchoredHome(.staged.watched)
        here.world.meddle { $0.overwriteCandidate(0, with: "somebody-elses") }
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.stage) && rotation.reason == .storesDisagree)
        #expect(here.world.candidate(ofStore: 0) == "somebody-elses")
        #expect(here.world.creations == [])
    }

    @Test func `a store without room for a candidate holds the rotation at its beginning`()
        async throws
    {
        var configuration = World.Configuration.staged.watched
        configuration.hasCandidates = false
        let here = try AnchoredHome(configuration)
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.stage) && rotation.reason == .preflight)
        #expect(here.world.creations == [])
    }

    @Test func `where two overlap, stores with room hold both, and at the end the new one`()
        async throws
    {
        var here = try AnchoredHome(.twofold.watched)
        here.plan.overlap = .hours(1)
        #expect(try await here.drive { $0.state == .running(.overlap) } != nil)
        #expect(here.world.candidate(ofStore: 0) == World.original)
        #expect(here.world.value(ofStore: 0) != World.original)
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
        #expect(here.world.candidate(ofStore: 0) == here.world.value(ofStore: 0))
    }
}
