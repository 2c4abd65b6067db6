extension Scenario {
    /// A scenario with one to six troubles, which is a function of its seed alone.
    static func random(seed: UInt64, _ simulation: Simulation) -> Scenario {
        var chance = Chance(state: seed)
        let worlds = Name.allCases.filter { $0 != .single }
        var scenario = Scenario(worlds[chance.below(worlds.count)])
        scenario.isBrief = chance.below(3) > 0
        scenario.seed = seed
        let calls = simulation.calls(of: scenario) * 3 / 2
        for _ in 0..<(1 + chance.below(5)) {
            let faults = scenario.world.faults
            scenario.faults[1 + chance.below(calls)] = faults[chance.below(faults.count)]
        }
        if chance.below(2) == 0 {
            let kinds = DiskFault.Kind.allCases
            let operations = simulation.operations(of: scenario)
            scenario.diskFault = DiskFault(
                kinds[chance.below(kinds.count)], at: 1 + chance.below(operations))
        }
        if chance.below(4) == 0 {
            let deeds: [Deed] = [.storeReverted, .storeTouched, .clockForward]
            scenario.deeds[1 + chance.below(calls)] = deeds[chance.below(deeds.count)]
        }
        if chance.below(4) == 0 { scenario.rollbackAfter = chance.below(8) }
        return scenario
    }
}

/// SplitMix64.
struct Chance {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
}
