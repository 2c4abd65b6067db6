import Foundation
import RotationCore
import RotationEngine
import RotationTesting
import Testing

/// Every pair of faults at every pair of calls: the second one hits the recovery from the first.
///
/// Exhaustive, not sampled, for the two classes that adapters exist for; `make simulate` does it
/// for all of them, on a disk in memory. The first fault moves what comes after it, so the second
/// is placed until a run ends before it.
@Suite struct CrashInPairsTests {
    static let faults: [Fault] = [.crashBefore, .crashAfter, .answerLost, .refused]
    let scratch = Scratch()

    @Test(arguments: [0, 1], faults)
    func `two faults at any two calls lose nothing`(index: Int, first: Fault) async throws {
        let configuration = CrashAtEveryCallTests.classes[index].1.small
        let plain = World(configuration)
        _ = try await Trial(plain, scratch, plan: plain.briefPlan()).run()
        var trials = 0
        for one in 1...plain.calls {
            for second in Self.faults {
                for two in (one + 1)... {
                    let world = World(configuration, faults: [one: first, two: second])
                    let ending = try await Trial(world, scratch, plan: world.briefPlan()).run()
                    trials += 1
                    let name = "\(index): \(first) at \(one), \(second) at \(two)"
                    #expect(ending.state == .completed, "\(name): \(ending.state) \(ending.holds)")
                    #expect(ending.problems == [], "\(name)")
                    if first != .refused, second != .refused {
                        #expect(ending.holds == [], "\(name)")
                    }
                    if world.calls < two { break }
                }
            }
        }
        print("pairs, class \(index), first \(first): \(trials) trials of \(plain.calls) calls")
    }
}
