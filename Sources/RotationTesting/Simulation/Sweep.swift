/// One part of a simulation: a few thousand scenarios at most, so that parts can be shared out.
public struct Sweep: Sendable {
    /// What the part is of, in words.
    public let title: Title
    /// Of which world it is; nil where it is of many.
    public var world: Scenario.Name?
    /// Runs the scenarios, telling what each came to.
    public let run: @Sendable (Simulation, (Scenario, Simulation.Outcome) -> Void) async -> Void

    /// What is swept.
    public enum Title: String, Sendable, Hashable, CaseIterable {
        /// Every fault at every call of a port.
        case singles = "single faults of ports"
        /// What others do before every call.
        case deeds = "deeds of others"
        /// Every failure at every operation of the disk.
        case disks = "failures of the disk"
        /// A rollback after every run, with a fault at every call.
        case rollbacks = "rollbacks with a fault"
        /// Every fault at every call, and then every fault at every call behind it.
        case pairs = "pairs of faults"
        /// A creation that something sits on, and then every fault at every call behind it.
        case lates = "late creations"
        /// Anything, by seed.
        case swarm
    }
}

extension Sweep {
    /// Everything that is exhaustive; `swarm` random scenarios behind it, beginning at `seed`.
    public static func all(_ simulation: Simulation, swarm: Int, seed: UInt64) -> [Sweep] {
        var sweeps: [Sweep] = []
        for world in Scenario.Name.allCases {
            for isBrief in [true, false] {
                var plain = Scenario(world)
                plain.isBrief = isBrief
                sweeps += singles(plain)
                guard world != .single else { continue }
                sweeps += deeds(plain)
                if isBrief { sweeps.append(lates(plain)) }
                if isBrief || main.contains(world) { sweeps += disks(plain) }
                if main.contains(world) { sweeps += rollbacks(plain, simulation) }
            }
            // Pairs while a server or consumers lag are left to chance: they take far longer.
            let left: Set<Scenario.Name> = [
                .single, .lagging, .shared, .stubborn, .renewed, .pairedUnseen, .stagedUnseen,
                .twofold, .witnessed,
            ]
            guard !left.contains(world) else { continue }
            sweeps += pairs(Scenario(world), simulation)
        }
        return sweeps + swarms(swarm, seed)
    }

    /// One world for each way of finding out what became of a creation.
    private static let main: Set<Scenario.Name> = [
        .okta, .keycloak, .entra, .replaced, .paired, .staged,
    ]

    private static func singles(_ plain: Scenario) -> [Sweep] {
        plain.world.faults.map { fault in
            Sweep(title: .singles, world: plain.world) { simulation, tell in
                var calls = simulation.calls(of: plain)
                var at = 1
                // A fault moves what comes behind it: on until a run ends before it.
                while at <= calls {
                    var scenario = plain
                    scenario.faults[at] = fault
                    let outcome = await simulation.run(scenario)
                    tell(scenario, outcome)
                    calls = max(calls, min(outcome.calls, 4 * simulation.calls(of: plain)))
                    at += 1
                }
            }
        }
    }

    private static func deeds(_ plain: Scenario) -> [Sweep] {
        Deed.allCases.map { deed in
            Sweep(title: .deeds, world: plain.world) { simulation, tell in
                for at in 1...simulation.calls(of: plain) {
                    var scenario = plain
                    scenario.deeds[at] = deed
                    tell(scenario, await simulation.run(scenario))
                }
            }
        }
    }

    private static func disks(_ plain: Scenario) -> [Sweep] {
        DiskFault.Kind.allCases.map { kind in
            Sweep(title: .disks, world: plain.world) { simulation, tell in
                for at in 1...simulation.operations(of: plain) {
                    var scenario = plain
                    scenario.diskFault = DiskFault(kind, at: at)
                    // What a power loss leaves is a matter of chance.
                    for seed in 1...UInt64(kind == .power ? 2 : 1) {
                        scenario.seed = seed
                        tell(scenario, await simulation.run(scenario))
                    }
                }
            }
        }
    }

    private static func rollbacks(_ plain: Scenario, _ simulation: Simulation) -> [Sweep] {
        guard !plain.isBrief else { return [] }
        return (1...simulation.runs(of: plain)).map { runs in
            Sweep(title: .rollbacks, world: plain.world) { simulation, tell in
                for at in 1...simulation.calls(of: plain) {
                    for fault in plain.world.faults {
                        var scenario = plain
                        scenario.rollbackAfter = runs
                        scenario.faults[at] = fault
                        tell(scenario, await simulation.run(scenario))
                    }
                }
            }
        }
    }

    private static func pairs(_ plain: Scenario, _ simulation: Simulation) -> [Sweep] {
        (1...simulation.calls(of: plain)).flatMap { at in
            plain.world.faults.map { fault in
                var first = plain
                first.faults[at] = fault
                return Sweep(title: .pairs, world: plain.world) { [first] simulation, tell in
                    await addSeconds(to: first, behind: at, simulation, tell)
                }
            }
        }
    }

    private static func lates(_ plain: Scenario) -> Sweep {
        Sweep(title: .lates, world: plain.world) { simulation, tell in
            guard let at = await simulation.run(plain).creations.first else { return }
            var first = plain
            first.faults[at] = .late
            tell(first, await simulation.run(first))
            await addSeconds(to: first, behind: at, simulation, tell)
        }
    }

    /// Every fault at every call behind the first one's.
    private static func addSeconds(
        to first: Scenario, behind at: Int, _ simulation: Simulation,
        _ tell: (Scenario, Simulation.Outcome) -> Void
    ) async {
        // Up to the second fault the run is the same, so this one's end bounds it.
        let (alone, moments) = await simulation.run(keepingMomentsOf: first)
        let calls = alone.calls
        guard calls > at else { return }
        for second in (at + 1)...calls {
            for fault in first.world.faults {
                var scenario = first
                scenario.faults[second] = fault
                tell(scenario, await simulation.run(scenario, from: moments, before: second))
            }
        }
    }

    /// The random scenario of a seed, twice: the traces must be the same to the byte.
    ///
    /// The first line that differs, both times; nil where none does.
    public static func difference(_ seed: UInt64, _ simulation: Simulation) async -> String? {
        let scenario = Scenario.random(seed: seed, simulation)
        let first = await simulation.run(scenario, isRecorded: true).trace
        let second = await simulation.run(scenario, isRecorded: true).trace
        if first == second { return nil }
        let pair = zip(first, second).first { $0 != $1 }
        return "\(scenario): \(pair?.0 ?? "") <> \(pair?.1 ?? "")"
    }

    private static func swarms(_ count: Int, _ seed: UInt64) -> [Sweep] {
        stride(from: 0, to: count, by: 500).map { start in
            Sweep(title: .swarm) { simulation, tell in
                for number in start..<min(start + 500, count) {
                    let scenario = Scenario.random(seed: seed &+ UInt64(number), simulation)
                    tell(scenario, await simulation.run(scenario))
                }
            }
        }
    }
}

extension Scenario.Name {
    /// The faults that a client can be asked to bear on this class of server.
    ///
    /// A proxy that repeats a creation pushes the old secret out of a server with two slots: no
    /// client can mend that. What is recognised by its time alone can't be told from a repetition.
    /// What comes late counts for creations alone, and has a sweep of its own.
    public var faults: [Fault] {
        switch self {
        case .keycloak, .opaqueSlots, .timed, .timedShared, .single, .renewed,
            .pairedUnseen:
            Fault.allCases.filter { $0 != .duplicated && $0 != .late }
        case .okta, .clientValued, .entra, .lagging, .expiring, .shared, .stubborn, .replaced,
            .paired, .staged, .stagedUnseen, .twofold, .witnessed:
            Fault.allCases.filter { $0 != .late }
        }
    }
}
