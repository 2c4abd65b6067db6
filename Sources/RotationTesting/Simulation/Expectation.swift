import RotationCore

/// How a scenario must end: where the reference completes, held is a failure.
struct Expectation {
    private let scenario: Scenario
    /// How many runs it takes without faults.
    private let runs: Int

    init(_ scenario: Scenario, runs: Int) {
        self.scenario = scenario
        self.runs = runs
    }

    /// What of the outcome is not as expected, in words.
    func problems(with outcome: Simulation.Outcome) -> [String] {
        ending(outcome) + recovery(outcome)
    }

    private func ending(_ outcome: Simulation.Outcome) -> [String] {
        if outcome.state == .completed || outcome.state == .abandoned { return [] }
        return ["it ended \(outcome.state) for \(outcome.reason?.rawValue ?? "nothing")"]
    }

    /// At most two runs more after one fault, three after two, and so on.
    private func recovery(_ outcome: Simulation.Outcome) -> [String] {
        guard scenario.troubles > 0, scenario.deeds.isEmpty, scenario.rollbackAfter == nil else {
            return []
        }
        let limit = runs + scenario.troubles + 1
        guard outcome.runs > limit else { return [] }
        return ["it took \(outcome.runs) runs; \(limit) would do"]
    }
}
