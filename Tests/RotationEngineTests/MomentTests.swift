import Testing

@testable import RotationTesting

/// What is simulated from between two processes is what the whole scenario comes to.
@Suite struct MomentTests {
    private struct Ending: Equatable {
        let state, holds, runs, calls, creations, problems: String

        init(_ outcome: Simulation.Outcome) {
            state = "\(outcome.state)"
            holds = "\(outcome.holds)"
            runs = "\(outcome.runs)"
            calls = "\(outcome.calls)"
            creations = "\(outcome.creations)"
            problems = "\(outcome.problems)"
        }
    }

    @Test(arguments: [Scenario.Name.okta, .keycloak, .entra, .expiring])
    func `a pair from a moment ends as the pair from its beginning`(world: Scenario.Name)
        async throws
    {
        let simulation = try await Simulation()
        var chance = Chance(state: 27)
        for _ in 0..<12 {
            var first = Scenario(world)
            let at = 1 + chance.below(simulation.calls(of: first))
            first.faults[at] = world.faults[chance.below(world.faults.count)]
            let (alone, moments) = await simulation.run(keepingMomentsOf: first)
            #expect(moments.count == alone.runs, "one before each run")
            guard alone.calls > at else { continue }
            let second = at + 1 + chance.below(alone.calls - at)
            var pair = first
            pair.faults[second] = world.faults[chance.below(world.faults.count)]
            let whole = await simulation.run(pair)
            let rest = await simulation.run(pair, from: moments, before: second)
            #expect(Ending(whole) == Ending(rest), "\(pair)")
        }
    }
}
