import RotationCore
import RotationEngine
import RotationTesting
import Testing

/// What people and other tools do while a rotation is under way.
@Suite struct WorldChangesTests {
    let scratch = Scratch()
    static let classes = CrashAtEveryCallTests.classes.map(\.1)

    @Test(arguments: 0..<3)
    func `a rollback asked for after any run leads back, or is refused once it is too late`(
        index: Int
    ) async throws {
        var isTooLate = false
        for runsBefore in 0... {
            let world = World(Self.classes[index])
            let ending = try await Trial(world, scratch).run { harness, id in
                for _ in 0..<runsBefore { world.advance(to: try await harness.run(id).nextAt) }
                let rotation = try harness.look(id)
                if !rotation.state.isEnded { try harness.ask(.rollback, of: rotation) }
                isTooLate = rotation.rollbackRefusal != nil
            }
            let expected: RotationState = isTooLate ? .completed : .abandoned
            #expect(ending.state == expected, "rollback after \(runsBefore) runs")
            #expect(ending.problems == [], "rollback after \(runsBefore) runs")
            if isTooLate { break }
        }
        #expect(isTooLate)
    }

    @Test(arguments: 0..<3, [Fault.crashBefore, .crashAfter, .answerLost, .unavailable])
    func `a fault at any call of a rollback leaves nothing of ours`(index: Int, fault: Fault)
        async throws
    {
        for n in 1... {
            let world = World(Self.classes[index].small, faults: [n: fault])
            let ending = try await Trial(world, scratch).run { harness, id in
                for _ in 0..<2 { world.advance(to: try await harness.run(id).nextAt) }
                try harness.ask(.rollback, of: try harness.look(id))
            }
            #expect(ending.state == .abandoned, "\(fault) at call \(n): \(ending.holds)")
            #expect(ending.problems == [], "\(fault) at call \(n)")
            if world.calls < n { break }
        }
    }

    @Test(arguments: 0..<3)
    func `a rollback after a soft disable puts the old secret back first`(index: Int) async throws {
        let world = World(Self.classes[index])
        let ending = try await Trial(world, scratch).run { harness, id in
            for _ in 0..<40 {
                let rotation = try harness.look(id)
                if rotation.state == .running(.disable) || rotation.state == .running(.overlap) {
                    break
                }
                world.advance(to: try await harness.run(id).nextAt)
            }
            try harness.ask(.rollback, of: try harness.look(id))
        }
        #expect(ending.state == .abandoned)
        #expect(ending.problems == [])
    }

    @Test(arguments: 0..<3)
    func `a store that is changed back is written again, and revoked only after that`(index: Int)
        async throws
    {
        for runsBefore in 1...6 {
            let world = World(Self.classes[index])
            let ending = try await Trial(world, scratch).run { harness, id in
                for _ in 0..<runsBefore { world.advance(to: try await harness.run(id).nextAt) }
                if world.acceptsOriginal { world.meddle { $0.revertStore(0) } }
            }
            #expect(ending.state == .completed, "reverted after \(runsBefore) runs")
            #expect(ending.problems == [], "reverted after \(runsBefore) runs")
            #expect(ending.holds == [], "reverted after \(runsBefore) runs")
        }
    }

    @Test func `a store that is changed back again and again has two writers`() async throws {
        let world = World(.clientSupplied)
        var harness = try Harness(world: world, template: scratch.template)
        defer { harness.remove() }
        let id = try harness.start(world.plan())
        var rotation = try harness.look(id)
        for _ in 0..<60 where rotation.reason != .twoWriters {
            rotation = try await harness.run(id)
            if rotation.body.distributedAt != nil { world.meddle { $0.revertStore(1) } }
            world.advance(to: rotation.nextAt)
        }
        #expect(rotation.reason == .twoWriters)
        #expect(world.violations == [])
        #expect(world.acceptsOriginal)
    }

    @Test(arguments: 0..<3)
    func `a value that is nobody's is never overwritten`(index: Int) async throws {
        let world = World(Self.classes[index])
        var harness = try Harness(world: world, template: scratch.template)
        defer { harness.remove() }
        let id = try harness.start(world.plan())
        world.advance(to: try await harness.run(id).nextAt)
        world.meddle { meddling in
            meddling.addForeignSecret("theirs")
            meddling.overwriteStore(0, with: "foreign-theirs")
        }
        var rotation = try harness.look(id)
        for _ in 0..<20 {
            if case .held = rotation.state { break }
            rotation = try await harness.run(id)
            world.advance(to: rotation.nextAt)
        }
        #expect(rotation.reason == .storeChanged)
        #expect(world.value(ofStore: 0) == "foreign-theirs")
    }

    @Test func `a secret that somebody else added takes the slot, and nothing is made`()
        async throws
    {
        let world = World(.clientSupplied)
        world.meddle { $0.addForeignSecret("theirs") }
        var harness = try Harness(world: world, template: scratch.template)
        defer { harness.remove() }
        let rotation = try await harness.run(try harness.start(world.plan()))
        #expect(rotation.reason == .slotOccupied)
        #expect(rotation.detail?.contains("theirs") == true)
        #expect(world.ownCount == 0)
    }

    @Test func `a foreign secret beside ours is never touched`() async throws {
        var configuration = World.Configuration.labelled
        configuration.hasForeignSecret = true
        configuration.capabilities.recognition = .value
        configuration.capabilities.origin = .client
        let world = World(configuration)
        let ending = try await Trial(world, scratch).run()
        #expect(ending.state == .completed)
        #expect(ending.problems == [])
        #expect(world.secretCount == 2)
    }

    @Test func `nothing is revoked before a person approved`() async throws {
        let world = World(.clientSupplied)
        var harness = try Harness(world: world, template: scratch.template)
        defer { harness.remove() }
        let id = try harness.start(world.plan(needsApproval: true))
        var rotation = try harness.look(id)
        for _ in 0..<30 {
            rotation = try await harness.run(id)
            world.advance(to: rotation.nextAt)
        }
        #expect(rotation.state == .running(.overlap) && rotation.reason == .approval)
        #expect(world.acceptsOriginal)
        try harness.ask(.approve, of: rotation)
        let ended = try await harness.finish(id)
        #expect(ended.state == .completed)
    }

    @Test func `a lag of the server only delays`() async throws {
        for index in 0..<3 {
            var configuration = Self.classes[index]
            configuration.lag = .seconds(30)
            let world = World(configuration)
            let ending = try await Trial(world, scratch).run()
            #expect(ending.state == .completed)
            #expect(ending.problems == [])
            #expect(ending.holds == [])
        }
    }

    @Test func `time alone revokes nothing while a consumer stays on the old secret`() async throws
    {
        var configuration = World.Configuration.clientSupplied
        configuration.habits = [.watch, .interval(.hours(100_000))]
        let world = World(configuration)
        var harness = try Harness(world: world, template: scratch.template)
        defer { harness.remove() }
        let id = try harness.start(world.plan())
        var rotation = try harness.look(id)
        for _ in 0..<50 {
            rotation = try await harness.run(id)
            world.advance(to: rotation.nextAt + .hours(24))
        }
        #expect(rotation.reason == .adoption)
        #expect(rotation.detail?.contains("consumer1") == true)
        #expect(world.acceptsOriginal)
        #expect(world.violations == [])
    }
}
