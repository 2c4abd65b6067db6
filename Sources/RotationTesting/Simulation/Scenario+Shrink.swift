extension Scenario {
    /// The same scenario with as few troubles as still make it fail.
    public func shrunk(in simulation: Simulation) async -> Scenario {
        var smallest = self
        var isShrinking = true
        while isShrinking {
            isShrinking = false
            for candidate in smallest.withOneTroubleLess {
                guard await !simulation.run(candidate).problems.isEmpty else { continue }
                smallest = candidate
                isShrinking = true
                break
            }
        }
        return smallest
    }

    private var withOneTroubleLess: [Scenario] {
        var candidates: [Scenario] = []
        for at in faults.keys.sorted() {
            var less = self
            less.faults[at] = nil
            candidates.append(less)
        }
        for at in deeds.keys.sorted() {
            var less = self
            less.deeds[at] = nil
            candidates.append(less)
        }
        var calmer = self
        calmer.diskFault = nil
        var forward = self
        forward.rollbackAfter = nil
        return candidates + [calmer, forward].filter { $0 != self }
    }
}
