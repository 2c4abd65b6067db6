import Foundation
import RotationTesting

/// `simulate`: the real engine through every fault, thousands of times.
@main enum Simulator {
    static func main() async throws {
        let simulation = try await Simulation()
        if let spec = ProcessInfo.processInfo.environment["SPEC"], let scenario = Scenario(spec) {
            let outcome = await simulation.run(scenario, isRecorded: true)
            for line in outcome.trace { print(line) }
            print(outcome.state, outcome.holds, outcome.runs, outcome.problems)
            return
        }
        for name in Scenario.Name.allCases {
            for isBrief in [true, false] {
                var s = Scenario(name)
                s.isBrief = isBrief
                let start = Date()
                var outcome = await simulation.run(s)
                for _ in 0..<100 { outcome = await simulation.run(s) }
                print(
                    name, isBrief, outcome.state, outcome.holds, outcome.runs, outcome.calls,
                    outcome.operations, outcome.problems, Date().timeIntervalSince(start) * 10, "ms"
                )
            }
        }
    }
}
