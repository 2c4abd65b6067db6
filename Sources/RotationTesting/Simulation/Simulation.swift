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
        await judged(scenario) {
            try await Self.play(scenario, template, harbour, isRecorded: isRecorded)
        }
    }

    /// A scenario's outcome, and every moment from which others can go on that begin as it does.
    func run(keepingMomentsOf scenario: Scenario) async -> (outcome: Outcome, moments: [Moment]) {
        var moments: [Moment] = []
        let outcome = await judged(scenario) {
            try await Self.play(scenario, template, harbour) { moments.append($0) }
        }
        return (outcome, moments)
    }

    /// Runs a brief scenario from the last of `moments` that lies before its call number `call`.
    func run(_ scenario: Scenario, from moments: [Moment], before call: Int) async -> Outcome {
        guard let moment = moments.last(where: { $0.calls < call }) else {
            return await run(scenario)
        }
        return await judged(scenario) { try await goOn(scenario, from: moment) }
    }

    private func judged(_ scenario: Scenario, _ play: () async throws -> Outcome) async -> Outcome {
        do {
            let outcome = try await play()
            let expectation = Expectation(scenario, runs: baseline(of: scenario).runs)
            return outcome.adding(expectation.problems(with: outcome))
        } catch {
            return Outcome(
                state: .held(.create), holds: [], reason: nil, runs: 0, calls: 0, creations: [],
                operations: 0,
                problems: ["it failed: \(error)"], trace: [])
        }
    }

    private func goOn(_ scenario: Scenario, from moment: Moment) async throws -> Outcome {
        let world = World(
            scenario.world.configuration.small, goingOnFrom: moment.world, faults: scenario.faults)
        let berth = harbour.take()
        defer { harbour.give(back: berth) }
        var harness = try Harness(world: world, template: template, berth: berth, from: moment)
        defer { harness.leave() }
        let rotation = try await harness.finish(moment.rotation)
        return try Outcome(of: rotation, world, harness)
    }

    private static func play(
        _ scenario: Scenario, _ template: JournalTemplate, _ harbour: Harbour,
        isRecorded: Bool = false, tell: ((Moment) -> Void)? = nil
    ) async throws -> Outcome {
        let configuration = scenario.world.configuration
        let world = World(
            scenario.isBrief ? configuration.small : configuration, faults: scenario.faults,
            deeds: scenario.deeds, seed: scenario.seed, isRecorded: isRecorded)
        let berth = harbour.take()
        defer { harbour.give(back: berth) }
        // A trace is the same to the byte, also where a used connection's cache would save a read.
        if isRecorded { _ = berth.takeJournal() }
        // Brief rotations are cron's, where each run is a process; in the others one goes on.
        var harness = Harness(
            world: world, template: template, berth: berth,
            keepsEngine: !scenario.isBrief || scenario.diskFault != nil,
            keepsConnections: !isRecorded)
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
        // A log is looked into four dozen times in a watch, which begins anew behind each hold.
        let limit = configuration.capabilities.events == .none ? 60 : 300
        let rotation = try await harness.finish(id, limit: limit, tell: tell)
        return try Outcome(of: rotation, world, harness, isRecorded: isRecorded)
    }
}

extension Simulation.Outcome {
    fileprivate init(
        of rotation: Rotation, _ world: World, _ harness: Harness, isRecorded: Bool = false
    ) throws {
        let look = FinalLook(world: world, harness: harness, rotation: rotation)
        let audit = isRecorded ? try harness.journal().auditLines(of: rotation.id) : []
        self.init(
            state: rotation.state, holds: harness.holds, reason: rotation.reason,
            runs: harness.runs, calls: world.calls, creations: world.creations,
            operations: harness.place.memory?.operations ?? 0, problems: try look.problems(),
            trace: world.lines + audit.map { "\($0.sequence) \($0.event) \($0.body)" })
    }

    func adding(_ more: [String]) -> Self {
        Self(
            state: state, holds: holds, reason: reason, runs: runs, calls: calls,
            creations: creations,
            operations: operations, problems: problems + more, trace: trace)
    }
}
