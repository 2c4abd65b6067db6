import RotationCore
import RotationEngine

/// Cron runs over simulated years, with clocks that jump: nothing is ever revoked early.
///
/// A client is rotated every thirty days, with a day of overlap and three of watching. Cron comes
/// four times a day, more or less, and now and then somebody sets the clock by up to a day.
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

        /// Nothing yet.
        public init() {}

        /// Counts another one's in.
        public mutating func add(_ other: Outcome) {
            days += other.days
            runs += other.runs
            completed += other.completed
            problems += other.problems
        }
    }

    private let world: Scenario.Name
    private let template: JournalTemplate
    private let berth = Berth()

    /// Years of one client of `world`.
    public init(_ world: Scenario.Name) throws {
        self.world = world
        template = try JournalTemplate()
    }

    /// What came of `count` years of one client of `world`, whatever kept them from passing.
    public static func outcome(of world: Scenario.Name, _ count: Int, seed: UInt64) async -> Outcome
    {
        var outcome = Outcome()
        do { outcome = try await Years(world).run(count, seed: seed) } catch {
            outcome.problems = ["they failed: \(error)"]
        }
        outcome.problems = outcome.problems.map { "\(world.rawValue): \($0)" }
        return outcome
    }

    /// Lets `count` years pass; `seed` decides when cron comes and what the clock does.
    public func run(_ count: Int, seed: UInt64) async throws -> Outcome {
        var outcome = Outcome()
        var chance = Chance(state: seed)
        while outcome.days < count * 365 {
            let days = try await rotate(&chance, &outcome)
            outcome.days += max(days, 30)
        }
        return outcome
    }

    /// One rotation; how many days it took.
    private func rotate(_ chance: inout Chance, _ outcome: inout Outcome) async throws -> Int {
        let world = World(self.world.configuration, seed: chance.next())
        world.expectOverlap(.hours(24))
        var harness = Harness(world: world, template: template, berth: berth)
        defer { harness.leave() }
        let id = try harness.start(world.plan(overlap: .hours(24), watch: .hours(72)))
        var hours = 0
        while hours < 24 * 120 {
            let pause = 3 + chance.below(6)
            hours += pause
            world.pass(.hours(Int64(pause)))
            if chance.below(10) == 0 {
                let minutes = Int64(chance.below(2_880)) - 1_440
                world.meddle { $0.setClock(by: .minutes(minutes)) }
            }
            outcome.runs += 1
            let rotation = try await harness.run(id)
            if case .held = rotation.state { try harness.ask(.resume, of: rotation) }
            // A clock that was set back leaves reports that look too old until they are made anew.
            if rotation.reason == .adoption, hours > 240 { try harness.ask(.retry, of: rotation) }
            guard rotation.state.isEnded else { continue }
            let look = FinalLook(world: world, harness: harness, rotation: rotation)
            outcome.problems += try look.problems()
            outcome.completed += rotation.state == .completed ? 1 : 0
            return hours / 24
        }
        outcome.problems.append("a rotation took 120 days: \(try harness.look(id).state)")
        outcome.problems += world.violations
        return hours / 24
    }
}
