public import RotationCore
import RotationEngine

/// Cron runs over simulated years, with clocks that jump: nothing is ever revoked early.
public struct Years: Sendable {
    /// What came of them.
    public struct Outcome: Sendable {
        /// How many days passed.
        public var days = 0
        /// How many runs cron made.
        public var runs = 0
        /// How many rotations were completed.
        public var completed = 0
        /// What doesn't hold, in words.
        public var problems: [String] = []
    }

    private let seed: UInt64
    private let world: Scenario.Name

    /// Years of one client of `world`; `seed` decides when cron comes and what the clock does.
    public init(_ world: Scenario.Name, seed: UInt64) {
        self.world = world
        self.seed = seed
    }

    /// Lets `count` years pass.
    public func run(_ count: Int) async -> Outcome {
        do { return try await live(days: count * 365) } catch {
            var outcome = Outcome()
            outcome.problems = ["it failed: \(error)"]
            return outcome
        }
    }

    private func live(days: Int) async throws -> Outcome {
        var outcome = Outcome()
        var chance = Chance(state: seed)
        let template = try JournalTemplate()
        let berth = Berth()
        // A world lives for one rotation: what it ends with is what the next one begins with.
        var world = World(self.world.configuration, seed: seed)
        var harness = Harness(world: world, template: template, berth: berth)
        var live: RotationID?
        var isDueOn = 30
        while outcome.days < days {
            outcome.days += 1
            if live == nil, outcome.days >= isDueOn { live = try harness.start(world.plan(overlap: .hours(24), watch: .hours(72))) }
            for _ in 0..<(live == nil ? 0 : 4) {
                guard let id = live else { break }
                world.pass(.hours(Int64(3 + chance.below(6))))
                if chance.below(10) == 0 { world.meddle { $0.jump(by: .minutes(Int64(chance.below(2_880)) - 1_440)) } }
                outcome.runs += 1
                let rotation = try await harness.run(id)
                if case .held = rotation.state { try harness.ask(.resume, of: rotation) }
                guard rotation.state.isEnded else { continue }
                outcome.problems += try FinalLook(world: world, harness: harness, rotation: rotation)
                    .problems()
                outcome.completed += rotation.state == .completed ? 1 : 0
                live = nil
                isDueOn = outcome.days + 30
                harness.leave()
                world = World(self.world.configuration, seed: chance.next())
                harness = Harness(world: world, template: template, berth: berth)
            }
        }
        return outcome
    }
}
