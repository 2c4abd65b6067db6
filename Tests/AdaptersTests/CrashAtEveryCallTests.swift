import ProcessTesting
import RotationCore
import Testing

/// Kills the engine at call 1 of a server, then at call 2, and so on until a rotation never meets
/// its end: every adapter at its dialect, in front of the call and, where it changes anything,
/// behind it.
///
/// The suite of this name in RotationEngineTests does so for classes of servers in memory.
@Suite struct CrashAtEveryCallTests {
    typealias Kind = CrashGround.Kind

    /// Somebody else's secret is for servers with room for it that make values and keep labels.
    static let kinds =
        PracticeServerProcess.Dialect.allCases.map { Kind(dialect: $0) }
        + [.auth0, .gitlab].map { Kind(dialect: $0, isBlueGreen: true) }
        + [.entra, .google, .gravitee, .logto].map { Kind(dialect: $0, isShared: true) }
        + [Kind(dialect: .wso2, isHashed: true)]

    @Test(arguments: kinds)
    func `a crash at any call changes nothing but the time it takes`(kind: Kind) async throws {
        try await Workbench.open { bench in
            let ground = try await CrashGround(kind, on: bench)
            var (calls, changes) = (0, 0)
            for n in 1... {
                let before = try await ground.outcome(ofKillingAt: n, .before)
                changes += before.isChange ? 1 : 0
                // The first change is the creation.
                let isCreation = before.isChange && changes == 1
                #expect(before.problems == [], "\(kind), before call \(n)")
                let holds = isCreation ? Self.holds(of: kind, .before) : []
                #expect(before.holds == holds, "\(kind), before call \(n)")
                guard before.isReached else { break }
                calls = n
                // Behind a read the world is what it was in front of it.
                guard before.isChange else { continue }
                let after = try await ground.outcome(ofKillingAt: n, .after)
                #expect(after.isReached && after.problems == [], "\(kind), after call \(n)")
                let others = isCreation ? Self.holds(of: kind, .after) : []
                #expect(after.holds == others, "\(kind), after call \(n)")
            }
            #expect(calls > 8 && changes > 0, "\(kind): \(calls) calls, \(changes) changes")
        }
    }

    /// For what a rotation is held whose creation is cut, as often as a person says go on.
    private static func holds(of kind: Kind, _ side: FatalCall.Side) -> [Reason] {
        guard kind.dialect == .wso2, kind.isHashed, side == .after else { return [] }
        // What was made stays beside the old one, and can be neither known nor deleted.
        return Array(repeating: .slotOccupied, count: 3)
    }
}
