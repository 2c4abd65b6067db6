import RotationCore
import RotationTesting
import Testing

@testable import RotationEngine

/// A creation whose answer is lost, and that comes through long after it was sent.
@Suite struct LateCreationTests {
    private let here: AnchoredHome

    init() async throws {
        let usual = try AnchoredHome(.clientSupplied.watched)
        _ = try await usual.drive { $0.state.isEnded }
        let creation = try #require(usual.world.creations.first)
        here = try AnchoredHome(.clientSupplied.watched, faults: [creation: .late])
    }

    private func come(toLook number: Int) async throws {
        for _ in 0..<number {
            _ = try await here.run()
            let rotation = try #require(try here.look())
            #expect(rotation.state == .running(.create) && rotation.reason == .unknownOutcome)
            here.world.advance(to: rotation.nextAt)
        }
    }

    @Test func `it is waited for, and nothing is created again`() async throws {
        try await come(toLook: 2)
        let rotation = try await here.drive { $0.state.isEnded }
        #expect(rotation?.state == .completed)
        #expect(here.world.creations.count == 1 && here.world.ownCount == 1)
        #expect(here.world.violations == [])
    }

    @Test func `whoever asks for a retry hurries nothing`() async throws {
        try await come(toLook: 1)
        _ = try await here.run()
        let waiting = try #require(try here.look())
        for _ in 0..<3 {
            try here.ask(.retry)
            _ = try await here.run()
            #expect(try here.look()?.state == .running(.create))
            #expect(try here.look()?.nextAt == waiting.nextAt)
        }
        _ = try await here.drive { $0.state.isEnded }
        #expect(here.world.creations.count == 1 && here.world.ownCount == 1)
    }

    @Test func `a clock that was set back waits no longer than at first`() async throws {
        try await come(toLook: 1)
        _ = try await here.run()
        here.world.meddle { $0.setClock(by: .hours(-24)) }
        try here.ask(.retry)
        _ = try await here.run()
        let waiting = try #require(try here.look())
        #expect(waiting.nextAt.since(WorldClock(here.world).now()) <= .seconds(30))
    }
}
