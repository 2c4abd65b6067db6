import ProcessTesting
import RotationCore
import Testing

/// Kills the engine at call 1 of a server, then at call 2, and so on until a rotation never meets
/// its end: every adapter at its dialect, in front of the call and, where it changes anything,
/// behind it.
///
/// The suite of this name in RotationEngineTests does so for classes of servers in memory.
@Suite struct CrashAtEveryCallTests {
    typealias Kind = FateGround.Kind

    @Test(arguments: Kind.all)
    func `a crash at any call changes nothing but the time it takes`(kind: Kind) async throws {
        try await Workbench.open { bench in
            let ground = try await FateGround(kind, on: bench)
            var (calls, changes) = (0, 0)
            for n in 1... {
                let before = try await ground.outcome(of: .death(.before), at: n)
                changes += before.fate.isChange ? 1 : 0
                // The first change is the creation.
                let isCreation = before.fate.isChange && changes == 1
                before.expectCompletion("\(kind), before call \(n)")
                guard before.fate.isReached else { break }
                calls = n
                // Behind a read the world is what it was in front of it.
                guard before.fate.isChange else { continue }
                let after = try await ground.outcome(of: .death(.after), at: n)
                #expect(after.fate.isReached, "\(kind), after call \(n)")
                let isLost = isCreation && kind.losesCreations
                after.expectCompletion(isHeld: isLost, "\(kind), after call \(n)")
            }
            #expect(calls > 8 && changes > 0, "\(kind): \(calls) calls, \(changes) changes")
        }
    }

    /// The engine lives, and knows as little.
    @Test(arguments: Kind.all)
    func `silence at any change changes nothing but the time it takes`(kind: Kind) async throws {
        try await Workbench.open { bench in
            let ground = try await FateGround(kind, on: bench)
            var changes = 0
            for n in 1... {
                let before = try await ground.outcome(of: .silence(.before), at: n)
                before.expectCompletion("\(kind), before call \(n)")
                guard before.fate.isReached else { break }
                guard before.fate.isChange else { continue }
                changes += 1
                let after = try await ground.outcome(of: .silence(.after), at: n)
                let isLost = changes == 1 && kind.losesCreations
                after.expectCompletion(isHeld: isLost, "\(kind), after call \(n)")
                #expect(after.fate.isReached, "\(kind), after call \(n)")
            }
            #expect(changes > 0, "\(kind)")
        }
    }
}

extension FateGround.Outcome {
    /// Expects it to have gone through without a person, and all to be well.
    ///
    /// Held is what a person can't help: what was made stays beside the old one, and can be neither
    /// known nor deleted.
    func expectCompletion(
        isHeld: Bool = false, _ name: String, at place: SourceLocation = #_sourceLocation
    ) {
        #expect(problems == [], "\(name)", sourceLocation: place)
        let reasons = isHeld ? Array(repeating: Reason.slotOccupied, count: 3) : []
        #expect(holds == reasons, "\(name)", sourceLocation: place)
        if !isHeld { #expect(state == .completed, "\(name)", sourceLocation: place) }
    }
}
