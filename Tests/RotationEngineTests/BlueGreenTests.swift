import RotationCore
import RotationTesting
import Synchronization
import Testing

@testable import RotationEngine

/// Two registrations that take turns, at a server that holds one secret for each.
@Suite struct BlueGreenTests {
    let scratch = Scratch()

    private static let classes: [World.Configuration] = [.paired, .pairedUnseen]
    private static let faults = Fault.allCases.filter { ![.duplicated, .late].contains($0) }

    @Test(arguments: classes)
    func `nobody is locked out, and the client_id goes with the secret`(
        configuration: World.Configuration
    ) async throws {
        let world = World(configuration)
        let ending = try await Trial(world, scratch).run()
        #expect(ending.state == .completed && ending.problems == [] && ending.holds == [])
        #expect(world.client(ofStore: 0)?.rawValue == "billing-green")
        #expect(world.lockedOut == [])
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
    func `a way back gives consumers the old client_id with the old secret`(
        configuration: World.Configuration
    ) async throws {
        var here = try AnchoredHome(configuration.watched)
        here.plan.overlap = .hours(1)
        #expect(try await here.drive { $0.state == .running(.overlap) } != nil)
        #expect(here.world.client(ofStore: 0)?.rawValue == "billing-green")
        try here.ask(.rollback)
        #expect(try await here.drive { $0.state.isEnded }?.state == .abandoned)
        #expect(here.world.client(ofStore: 0)?.rawValue == "billing-id")
        #expect(here.world.acceptsOriginal && here.world.storesHoldOriginal)
        #expect(here.world.violations == [] && here.world.ownCount == 0)
    }

    @Test func `each secret is asked about under the client_id that it belongs to`() async throws {
        var here = try AnchoredHome(.paired.watched)
        let asked = Mutex<[(isOld: Bool, id: String?)]>([])
        here.odd { ports in
            ports.asked = { secret, id in
                let isOld = secret.matches(originalSecret)
                asked.withLock { $0.append((isOld, id?.rawValue)) }
            }
        }
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
        let ids = asked.withLock { $0 }
        let old = ids.filter(\.isOld).map(\.id)
        #expect(Set(old.dropFirst()) == ["billing-id"], "only the first look has no id yet")
        #expect(old.count > 2, "it is asked about after it was thrown away")
        // Beside the new one there is one that was made up, which belongs to nobody.
        #expect(Set(ids.filter { !$0.isOld }.map(\.id)) == ["billing-green", nil])
    }

    private func startAgain(_ here: AnchoredHome) throws -> RotationID {
        let engine = try here.engine()
        defer { try? engine.journal.close() }
        return try engine.start(here.plan, digest: "digest", trigger: "test").id
    }

    @Test func `the next turn leads to the first registration again`() async throws {
        let here = try AnchoredHome(.paired.watched)
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
        let second = try startAgain(here)
        let rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.id == second && rotation.state == .completed)
        #expect(here.world.client(ofStore: 0)?.rawValue == "billing-id")
        #expect(here.world.lockedOut == [])
    }

    /// The new secret with the old client_id would be refused.
    @Test func `a store without a place for the client_id holds the rotation at its beginning`()
        async throws
    {
        var here = try AnchoredHome(.paired.watched)
        here.odd { $0.storesHoldClientID = false }
        let rotation = try #require(try await here.driveUntilHeld())
        #expect(rotation.state == .held(.create) && rotation.reason == .preflight)
        #expect(rotation.detail?.contains("client_id") == true)
        #expect(here.world.creations == [])
    }

    @Test func `a client_id that was put back alone is written again`() async throws {
        var here = try AnchoredHome(.paired.watched)
        here.plan.overlap = .hours(1)
        #expect(try await here.drive { $0.state == .running(.overlap) } != nil)
        here.world.meddle { $0.revertClient(ofStore: 0) }
        let rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .completed && rotation.body.drifts == 1)
        #expect(here.world.client(ofStore: 0)?.rawValue == "billing-green")
    }
}
