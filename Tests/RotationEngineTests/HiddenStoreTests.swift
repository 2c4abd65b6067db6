import AdapterContracts
import RotationCore
import RotationEngine
import RotationTesting
import Testing

/// Stores that can be written and show no value, such as the variables of a build server.
@Suite struct HiddenStoreTests {
    let scratch = Scratch()

    /// One store that shows what it holds and one that doesn't, with a consumer each.
    private static var configuration: World.Configuration {
        var configuration = World.Configuration.clientSupplied
        configuration.hiddenStores = [1]
        configuration.habits = [.watch, .watch]
        return configuration
    }

    @Test func `a store that shows nothing is written like the others`() async throws {
        let world = World(Self.configuration)
        let ending = try await Trial(world, scratch).run()
        #expect(ending.state == .completed)
        #expect(ending.problems == [])
        #expect(ending.holds == [])
        #expect(world.value(ofStore: 1) == world.value(ofStore: 0))
    }

    @Test func `a rollback writes the old secret back into it`() async throws {
        let world = World(Self.configuration)
        let ending = try await Trial(world, scratch).run { harness, id in
            while world.value(ofStore: 1) != world.value(ofStore: 0) || world.ownCount == 0 {
                world.advance(to: try await harness.run(id).nextAt)
            }
            try harness.ask(.rollback, of: try harness.look(id))
        }
        #expect(ending.state == .abandoned)
        #expect(ending.problems == [])
    }

    @Test func `what somebody else wrote there is held, and written over once a person says so`()
        async throws
    {
        let world = World(Self.configuration)
        let ending = try await Trial(world, scratch).run { harness, id in
            var rotation = try harness.look(id)
            while rotation.state != .running(.adopt), rotation.state != .running(.overlap) {
                world.advance(to: rotation.nextAt)
                rotation = try await harness.run(id)
            }
            world.meddle { $0.overwriteStore(1, with: "theirs") }
            for _ in 0..<8 where rotation.reason != .storeChanged {
                world.advance(to: rotation.nextAt)
                rotation = try await harness.run(id)
            }
            #expect(rotation.reason == .storeChanged)
            #expect(world.value(ofStore: 1) == "theirs")
            #expect(world.acceptsOriginal)
        }
        #expect(ending.state == .completed)
        #expect(world.value(ofStore: 1) == world.value(ofStore: 0))
    }

    @Test(arguments: [Fault.stale, .answerLost, .crashBefore, .crashAfter, .failed])
    func `a fault at any call neither loses a write there nor holds for one`(fault: Fault)
        async throws
    {
        var configuration = Self.configuration
        configuration.habits = [.watch]
        for n in 1... {
            let world = World(configuration, faults: [n: fault])
            let ending = try await Trial(world, scratch, plan: world.briefPlan()).run()
            #expect(ending.state == .completed, "\(fault) at call \(n): \(ending.holds)")
            #expect(ending.problems == [], "\(fault) at call \(n)")
            #expect(world.value(ofStore: 1) == world.value(ofStore: 0))
            if world.calls < n { break }
        }
    }

    /// The version has moved, so it alone would say that our write came through.
    @Test func `a write that was cut is repeated, though somebody else wrote in between`()
        async throws
    {
        var wasCut = false
        for n in 1... {
            let world = World(Self.configuration, faults: [n: .crashBefore])
            let plan = world.briefPlan()
            let ending = try await Trial(world, scratch, plan: plan).run { harness, id in
                var rotation = try harness.look(id)
                while !wasCut, !rotation.state.isEnded {
                    let mark = rotation.body.marks?[plan.stores[1].name]
                    wasCut = mark?.role == .new && mark?.version == nil
                    if wasCut { return world.meddle { $0.overwriteStore(1, with: "theirs") } }
                    world.advance(to: rotation.nextAt)
                    rotation = try await harness.run(id)
                }
            }
            #expect(ending.state == .completed, "call \(n): \(ending.holds)")
            #expect(world.value(ofStore: 1) == world.value(ofStore: 0), "call \(n)")
            if wasCut || world.calls < n { break }
        }
        #expect(wasCut)
    }

    @Test func `a plan of such stores alone is held before anything is made`() async throws {
        var configuration = Self.configuration
        configuration.hiddenStores = [0, 1]
        let world = World(configuration)
        let ending = try await Trial(world, scratch).run()
        #expect(ending.state == .held(.create))
        #expect(Set(ending.holds) == [.storeEmpty])
        #expect(world.secretCount == 1)
    }

    @Test func `the store in memory keeps the contract, hidden or not`() async throws {
        let world = World(Self.configuration)
        let plan = world.plan()
        for (index, settings) in plan.stores.enumerated() {
            let store = try await WorldFactory(world).store(settings, of: plan)
            #expect(store.capabilities.readable == (index == 0))
            let contract = SecretStoreContract(store) { value in
                world.meddle { $0.overwriteStore(index, with: value) }
            }
            #expect(await contract.violations() == [])
        }
    }
}
