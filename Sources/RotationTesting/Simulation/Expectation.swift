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
        switch outcome.state {
        case .completed:
            return scenario.world == .single ? ["it completed where two can't overlap"] : []
        case .abandoned:
            return mayTurnBack ? [] : ["it was abandoned and nobody asked for it"]
        case .running, .held:
            guard let reason = outcome.reason else { return ["it stands still without a reason"] }
            return mayStand(for: reason, outcome)
                ? [] : ["it ended \(outcome.state) for \(reason.rawValue)"]
        }
    }

    private var mayTurnBack: Bool { scenario.rollbackAfter != nil }

    /// What a person has to decide, by the protocol's table of server classes.
    private func mayStand(for reason: Reason, _ outcome: Simulation.Outcome) -> Bool {
        if scenario.world == .single { return true }
        if !scenario.deeds.isEmpty { return true }
        if scenario.world == .renewed, reason == .cannotWithdraw { return mayTurnBack }
        let isShy = scenario.world == .opaqueSlots || scenario.world == .timedShared
        return isShy && reason == .createAmbiguous && isCreationLost(outcome)
    }

    /// Whether a creation was sent of which the journal heard nothing.
    private func isCreationLost(_ outcome: Simulation.Outcome) -> Bool {
        if scenario.diskFault != nil { return true }
        let losing: Set<Fault> = [.crashBefore, .crashAfter, .answerLost, .failed, .late]
        return scenario.faults.contains { at, fault in
            losing.contains(fault) && outcome.creations.contains { at == $0 || at == $0 + 1 }
        }
    }

    /// At most two runs more after one fault, three after two, and so on.
    private func recovery(_ outcome: Simulation.Outcome) -> [String] {
        guard scenario.troubles > 0, scenario.deeds.isEmpty, scenario.rollbackAfter == nil,
            outcome.state.isEnded
        else { return [] }
        let limit = runs + scenario.troubles + 1 + allowance(outcome)
        guard outcome.runs > limit else { return [] }
        return ["it took \(outcome.runs) runs; \(limit) would do"]
    }

    /// What takes a run more than a fault does.
    private func allowance(_ outcome: Simulation.Outcome) -> Int {
        // A person's answer to a refusal is a run of its own.
        var runs = scenario.faults.values.filter { $0 == .refused }.count
        // A creation that may have been lost again is looked for twice again, and a disk that fails
        // with the intent leaves one that was never sent.
        runs += max(0, outcome.creations.count - 2) + (scenario.diskFault == nil ? 0 : 1)
        // With windows to wait out, or a server that lags, there is a moment to be missed.
        // Our own look at the old secret, once it was put back, is a use that the server tells of.
        if scenario.world == .witnessed { runs += 2 * scenario.troubles }
        // A watch that was held begins anew, with its four dozen looks into the server's log.
        if scenario.world == .witnessed { runs += 48 * outcome.holds.count }
        return runs + (scenario.isBrief ? 0 : 1 + scenario.troubles / 3)
            + (scenario.world == .lagging ? 1 : 0)
    }
}
