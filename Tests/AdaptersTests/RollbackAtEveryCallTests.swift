import ProcessTesting
import RotationCore
import Testing

/// Asks for a rollback at call 1 of a server, then at call 2, and so on to a rotation's end: every
/// adapter at its dialect, while the call is on its way.
@Suite struct RollbackAtEveryCallTests {
    typealias Kind = FateGround.Kind

    @Test(arguments: Kind.all)
    func `until the deletion is sent a rollback leads back to what was`(kind: Kind) async throws {
        try await Workbench.open { bench in
            let ground = try await FateGround(kind, on: bench)
            var states: Set<String> = []
            for n in 1... {
                let ending = try await ground.outcome(of: .rollback, at: n)
                let name = "\(kind), at call \(n)"
                #expect(ending.problems == [], "\(name)")
                guard ending.fate.isReached else { break }
                let phase = try #require(ending.fate.askedIn, "\(name)")
                let way = Self.way(of: kind, ending.fate, in: phase)
                #expect(
                    way.contains { $0.state == ending.state && $0.holds == ending.holds },
                    "\(name), in \(phase): \(ending.state), \(ending.holds)")
                states.insert("\(ending.state)")
            }
            #expect(states.contains("completed"), "\(kind): a rollback is never too late")
            #expect(states.contains("abandoned"), "\(kind): a rollback is never had")
        }
    }

    private typealias Way = (state: RotationState, holds: [Reason])
    private static let back: Way = (.abandoned, [])
    private static let tooLate: Way = (.completed, [])
    /// A person is told that there is no way back, and says forward.
    private static let forward: Way = (.completed, [.cannotWithdraw])

    /// How a rotation may end whose rollback was asked for at a call.
    private static func way(of kind: Kind, _ fate: FatefulCall, in phase: Phase) -> [Way] {
        if fate.count(.deletion) > 0 { return [tooLate] }
        if fate.count(.creation) == 0 { return [back] }
        let afterCreation = kind.canWithdraw ? back : forward
        // There the old secret is gone since the creation, and nothing is sent to delete it.
        if kind.switches, ![.create, .accept, .write].contains(phase) {
            return [afterCreation, tooLate]
        }
        return [afterCreation]
    }
}
