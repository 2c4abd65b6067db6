import RotationCore
import RotationTesting
import Synchronization
import Testing

@testable import RotationEngine

/// What a person asks while everything is looked at is heard before a secret is made: at some
/// servers there is no way back from that.
@Suite struct AskedBeforeCreationTests {
    private var here: AnchoredHome

    init() throws {
        here = try AnchoredHome(.clientSupplied)
        here.plan.consumers = []
        here.plan.soak = .zero
    }

    /// Asks at the first look at the server's list.
    private mutating func run(asking kind: Request.Kind) async throws -> Rotation {
        let (asking, times) = (here, Times())
        here.odd { ports in
            ports.listed = { listed in
                if times.isFirst { asking.insist(on: kind) }
                return listed
            }
        }
        return try #require(try await here.run().driven.values.first)
    }

    @Test mutating func `a rollback leaves nothing behind that would have to be withdrawn`()
        async throws
    {
        let rotation = try await run(asking: .rollback)
        #expect(rotation.state == .abandoned)
        #expect(rotation.body.creations == 0 && here.world.ownCount == 0)
        #expect(here.world.trace.allSatisfy { $0 != .create && $0 != .delete && $0 != .write })
    }

    @Test mutating func `a rotation that is told to hold makes no secret before it goes on`()
        async throws
    {
        let rotation = try await run(asking: .hold)
        #expect(rotation.state == .held(.create) && rotation.reason == .byOperator)
        #expect(rotation.body.creations == 0 && here.world.ownCount == 0)
        try here.ask(.resume)
        let ended = try await here.drive { $0.state.isEnded }
        #expect(ended?.state == .completed && here.world.ownCount == 1)
    }

    @Test mutating func `what goes on all the same is sealed before it is sent`() async throws {
        let (asking, times) = (here, Times())
        let sealed = Mutex<Set<SecretRole>>([])
        here.odd { ports in
            ports.listed = { listed in
                if times.isFirst { asking.insist(on: .retry) }
                return listed
            }
            ports.creating = { _ in
                guard let journal = try? Journal.openForReading(in: asking.home.directory),
                    let live = try? journal.latest(of: asking.plan.client)
                else { return }
                defer { try? journal.close() }
                for role in SecretRole.allCases
                where (try? journal.sealedRecord(of: live.id, role: role)) != nil {
                    _ = sealed.withLock { $0.insert(role) }
                }
            }
        }
        let rotation = try #require(try await here.run().driven.values.first)
        #expect(rotation.state == .completed && here.world.ownCount == 1)
        #expect(!times.isFirst)
        #expect(sealed.withLock { $0 } == [.old, .new])
    }
}

/// Tells the first time from all others.
private final class Times: Sendable {
    private let count = Atomic(0)

    var isFirst: Bool { count.add(1, ordering: .relaxed).oldValue == 0 }
}
