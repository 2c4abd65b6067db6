import RotationCore
import RotationTesting
import Synchronization
import Testing

@testable import RotationEngine

/// A server's port is made anew before a secret is taken away: what it logs in with may be the
/// secret that turns, which stores hold.
@Suite struct FreshPortTests {
    private let seen: Seen
    private var here: AnchoredHome

    init() throws {
        here = try AnchoredHome(.clientSupplied)
        here.plan.consumers = []
        here.plan.soak = .zero
        seen = Seen(here.world)
        here.ports = SeenPorts(seen: seen)
    }

    @Test func `the old secret is taken away by a port that was made behind the switch`()
        async throws
    {
        let rotation = try #require(try await here.run().driven.values.first)
        #expect(rotation.state == .completed)
        let stores = here.plan.stores.count
        #expect(seen.made == [0, stores])
        #expect(seen.changes.map(\.isDeletion) == [false, true])
        #expect(seen.changes.map(\.port) == [1, 2])
    }

    @Test func `the new secret is taken away by a port that was made behind the way back`()
        async throws
    {
        _ = try await here.run(until: .distribute)
        try here.ask(.rollback)
        let rotation = try #require(try await here.run().driven.values.first)
        #expect(rotation.state == .abandoned)
        let stores = here.plan.stores.count
        #expect(seen.made == [0, stores, 2 * stores])
        #expect(seen.changes.map(\.port) == [1, 3])
    }
}

/// What was seen of the ports of a world's server.
private final class Seen: Sendable {
    struct Change {
        let isDeletion: Bool
        /// The number of the port, from 1.
        let port: Int
    }

    let world: World
    private let state = Mutex((made: [Int](), changes: [Change]()))

    init(_ world: World) { self.world = world }

    /// For each port that was made, how often stores had been written before.
    var made: [Int] { state.withLock { $0.made } }
    var changes: [Change] { state.withLock { $0.changes } }

    /// Notes a new port and gives its number.
    func make() -> Int {
        let writes = world.trace.count { $0 == .write }
        return state.withLock { state in
            state.made.append(writes)
            return state.made.count
        }
    }

    func change(_ change: Change) { state.withLock { $0.changes.append(change) } }
}

private struct SeenPorts: AdapterFactory {
    let seen: Seen

    private var usual: WorldFactory { WorldFactory(seen.world) }

    func server(of plan: Plan) async throws(AdapterError) -> any AuthorizationServer {
        let number = seen.make()
        var odd = OddPorts(seen.world)
        odd.creating = { _ in seen.change(Seen.Change(isDeletion: false, port: number)) }
        odd.deleting = { seen.change(Seen.Change(isDeletion: true, port: number)) }
        return try await odd.server(of: plan)
    }

    func store(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any SecretStore
    {
        try await usual.store(settings, of: plan)
    }

    func hook(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any ReloadHook
    {
        try await usual.hook(settings, of: plan)
    }

    func reporter(_ settings: ConsumerSettings, of plan: Plan) async throws(AdapterError)
        -> any AdoptionReporter
    {
        try await usual.reporter(settings, of: plan)
    }
}
