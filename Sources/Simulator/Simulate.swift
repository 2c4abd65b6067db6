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
    var swarm = 100_000

    @Option(help: "Where the random scenarios begin.")
    var seed: UInt64 = 1

    @Option(help: "How many threads.")
    var jobs = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Run one scenario and print its trace.")
    var replay: String?

    @Option(help: "Run only what is named so: singles, deeds, disks, rollbacks, pairs, swarm.")
    var only: String?

    func run() async throws {
        let simulation = try await Simulation()
        if let replay { return try await show(replay, simulation) }
        let sweeps = Sweep.all(simulation, swarm: swarm, seed: seed).filter { sweep in
            only.map { "\(sweep.title)".hasPrefix($0) } ?? true
        }
        let tally = Fleet(simulation, jobs: jobs, share: share).run(sweeps)
        tally.show()
        if !tally.failures.isEmpty { throw ExitCode.failure }
    }

    private func show(_ text: String, _ simulation: Simulation) async throws {
        guard let scenario = Scenario(text) else {
            throw ValidationError("no such scenario: \(text)")
        }
        let outcome = SerialExecutor().run { await simulation.run(scenario, isRecorded: true) }
        for line in outcome.trace { print(line) }
        print("ended \(outcome.state) after \(outcome.runs) runs, held for \(outcome.holds)")
        for problem in outcome.problems { print("problem: \(problem)") }
        if !outcome.problems.isEmpty { throw ExitCode.failure }
    }
}
