import ArgumentParser
import Foundation
import RotationTesting
import Synchronization

/// `simulate`: the real engine through every fault, hundreds of thousands of times.
@main struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the real engine through faults, in a world and on a disk in memory.",
        discussion: """
            Examples:
              simulate
              simulate --share 10
              simulate --replay "okta 12:answer-lost 17:crash-after"
            """)

    @Option(help: "Run one scenario in so many.")
    var share = 1

    @Option(help: "How many random scenarios.")
    var swarm = 5_000

    @Option(help: "Where the random scenarios begin.")
    var seed: UInt64 = 1

    @Option(help: "How many years of cron runs, for each class of server.")
    var years = 15

    @Option(help: "How many random scenarios are run twice, to compare their traces.")
    var traces = 1_000

    @Option(help: "How many threads.")
    var jobs = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "Stop at the first scenario that fails.")
    var stop = false

    @Option(help: "Run one scenario and print its trace.")
    var replay: String?

    @Option(help: "Only what is named so: singles, deeds, disks, rollbacks, pairs, lates, swarm.")
    var only: String?

    @Option(help: "Run only this class of server, by the name that scenarios begin with.")
    var world: String?

    func run() async throws {
        let simulation = try await Simulation()
        if let replay { return try await show(replay, simulation) }
        let sweeps = Sweep.all(simulation, swarm: swarm, seed: seed).filter { sweep in
            let isWanted = only.map { "\(sweep.title)".hasPrefix($0) } ?? true
            return isWanted && (world == nil || sweep.world?.rawValue == world)
        }
        if only == nil || only == "years" { try live() }
        if only == nil || only == "traces" { try repeatTraces(simulation) }
        let tally = Fleet(simulation, jobs: jobs, share: share, stops: stop).run(sweeps)
        tally.show()
        if tally.failures.isEmpty { return }
        for failure in tally.failures.prefix(5) { explain(failure, simulation) }
        throw ExitCode.failure
    }

    private func explain(_ failure: Tally.Failure, _ simulation: Simulation) {
        let scenario = failure.scenario
        let shrunk = SerialExecutor().run { await scenario.shrunk(in: simulation) }
        print("seed \(scenario.seed), shrunk from \(scenario.troubles) troubles; see it with")
        print("    simulate --replay \"\(shrunk)\"")
    }

    private func repeatTraces(_ simulation: Simulation) throws {
        let count = UInt64(traces / share)
        let seed = seed
        let found = Mutex<[String]>([])
        Crew(jobs: jobs).work(
            through: Array(seed..<(seed + count)),
            tell: { line in found.withLock { $0 += [line].compactMap { $0 } } },
            work: { await Sweep.difference($0, simulation) })
        let differing = found.withLock { $0 }
        print("traces: \(count) seeds run twice, \(differing.count) differ")
        for line in differing.prefix(5) { print("    \(line)") }
        if !differing.isEmpty { throw ExitCode.failure }
    }

    private func live() throws {
        let worlds = Scenario.Name.allCases.filter { $0 != .single && $0 != .opaqueSlots }
        let sum = Mutex(Years.Outcome())
        let (count, seed) = (years / share + 1, seed)
        Crew(jobs: jobs).work(
            through: worlds, tell: { part in sum.withLock { $0.add(part) } },
            work: { await Years.outcome(of: $0, count, seed: seed) })
        let total = sum.withLock { $0 }
        print(
            "years: \(total.days / 365) of cron, \(total.runs) runs,"
                + " \(total.completed) rotations completed, \(total.problems.count) problems")
        for problem in total.problems.prefix(20) { print("    \(problem)") }
        if !total.problems.isEmpty { throw ExitCode.failure }
    }

    private func show(_ text: String, _ simulation: Simulation) async throws {
        guard let scenario = Scenario(text) else {
            throw ValidationError("no such scenario: \(text)")
        }
        let outcome = SerialExecutor().run { await simulation.run(scenario, isRecorded: true) }
        for line in outcome.trace { print(line) }
        print("operations of the disk: \(outcome.operations), calls: \(outcome.calls)")
        print("ended \(outcome.state) after \(outcome.runs) runs, held for \(outcome.holds)")
        for problem in outcome.problems { print("problem: \(problem)") }
        if !outcome.problems.isEmpty { throw ExitCode.failure }
    }
}
