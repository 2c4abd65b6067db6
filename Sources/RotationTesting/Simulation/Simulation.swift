public import RotationCore
import RotationEngine

/// Runs scenarios: the real engine on a disk in memory, in a world in memory.
public struct Simulation: Sendable {
    private let template: JournalTemplate
    private let harbour: Harbour
    private let baselines: [Baseline.Key: Baseline]

    /// What one scenario came to.
    public struct Outcome: Sendable {
        /// How the rotation stands at the end.
        public let state: RotationState
        /// Why it was held, each time; and what it waits for, where it isn't over.
        public let holds: [Reason]
        /// What it waits for at the end.
        public let reason: Reason?
        /// How many processes it took.
        public let runs: Int
        /// How many calls of ports there were.
        public let calls: Int
        /// Which of the calls were creations.
        public let creations: [Int]
        /// How many operations the disk saw.
        public let operations: Int
        /// What doesn't hold, in words.
        public let problems: [String]
        /// Every call, in order, and then every line of the audit; where asked for.
        public let trace: [String]
    }

    /// How a world's rotation goes without faults.
    struct Baseline: Sendable {
        struct Key: Hashable, Sendable {
            let world: Scenario.Name
            let isBrief: Bool
        }
        let runs, calls, operations: Int
    }

    /// A simulation, with every world's rotation run once without faults.
    public init() async throws {
        template = try JournalTemplate()
        harbour = Harbour()
        var baselines: [Baseline.Key: Baseline] = [:]
        for world in Scenario.Name.allCases {
            for isBrief in [true, false] {
                var scenario = Scenario(world)
                scenario.isBrief = isBrief
                let outcome = try await Self.play(scenario, template, harbour)
                baselines[.init(world: world, isBrief: isBrief)] = Baseline(
                    runs: outcome.runs, calls: outcome.calls, operations: outcome.operations)
            }
        }
        self.baselines = baselines
    }

    /// How many calls a scenario's world makes without faults.
    public func calls(of scenario: Scenario) -> Int { baseline(of: scenario).calls }

    /// How many processes a scenario's world takes without faults.
    public func runs(of scenario: Scenario) -> Int { baseline(of: scenario).runs }

    /// How many operations its disk sees without faults.
    public func operations(of scenario: Scenario) -> Int { baseline(of: scenario).operations }

    private func baseline(of scenario: Scenario) -> Baseline {
        baselines[.init(world: scenario.world, isBrief: scenario.isBrief)]
            ?? Baseline(runs: 0, calls: 0, operations: 0)
    }

    /// Runs a scenario, and says what of it is not as it must be.
    public func run(_ scenario: Scenario, isRecorded: Bool = false) async -> Outcome {
        do {
            let outcome = try await Self.play(
                scenario, template, harbour, isRecorded: isRecorded)
            let expectation = Expectation(scenario, runs: baseline(of: scenario).runs)
            return outcome.adding(expectation.problems(with: outcome))
        } catch {
            return Outcome(
                state: .held(.create), holds: [], reason: nil, runs: 0, calls: 0, creations: [],
                operations: 0,
                problems: ["it failed: \(error)"], trace: [])
        }
    }

    private static func play(
        _ scenario: Scenario, _ template: JournalTemplate, _ harbour: Harbour,
        isRecorded: Bool = false
    ) async throws -> Outcome {
        let configuration = scenario.world.configuration
        let world = World(
            scenario.isBrief ? configuration.small : configuration, faults: scenario.faults,
            deeds: scenario.deeds, seed: scenario.seed, isRecorded: isRecorded)
        let berth = harbour.take()
        defer { harbour.give(back: berth) }
        // A connection that was used before has pages in its cache: operations would be others.
        let isFresh = scenario.diskFault != nil || isRecorded
        if isFresh { _ = berth.takeJournal() }
        var harness = Harness(
            world: world, template: template, berth: berth, keepsConnections: !isFresh)
        defer { harness.leave() }
        if let fault = scenario.diskFault, let memory = harness.place.memory {
            fault.arm(memory)
            if fault.kind == .power { harness.powerSeed = scenario.seed &+ UInt64(fault.at) }
        }
        if !scenario.isBrief { world.expectOverlap(.seconds(10)) }
        let id = try harness.start(scenario.isBrief ? world.briefPlan() : world.plan())
        for _ in 0..<(scenario.rollbackAfter ?? 0) {
            world.advance(to: try await harness.run(id).nextAt)
        }
        if scenario.rollbackAfter != nil {
            let rotation = try harness.look(id)
            if !rotation.state.isEnded { try harness.ask(.rollback, of: rotation) }
        }
        let rotation = try await harness.finish(id)
        let look = FinalLook(world: world, harness: harness, rotation: rotation)
        let audit = isRecorded ? try harness.journal().auditLines(of: id) : []
        return Outcome(
            state: rotation.state, holds: harness.holds, reason: rotation.reason,
            runs: harness.runs, calls: world.calls, creations: world.creations,
            operations: harness.place.memory?.operations ?? 0, problems: try look.problems(),
            trace: world.lines + audit.map { "\($0.sequence) \($0.event) \($0.body)" })
    }
}

extension Simulation.Outcome {
    func adding(_ more: [String]) -> Self {
        Self(
            state: state, holds: holds, reason: reason, runs: runs, calls: calls,
            creations: creations,
            operations: operations, problems: problems + more, trace: trace)
    }
}
