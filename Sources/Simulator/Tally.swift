import Foundation
import RotationCore
import RotationTesting

/// What the scenarios came to, counted.
struct Tally: Sendable {
    /// A scenario that didn't end as it must.
    struct Failure: Sendable {
        let scenario: Scenario
        let problems: [String]
    }
    private(set) var failures: [Failure] = []
    private var counts: [Sweep.Title: Int] = [:]
    private var endings: [String: Int] = [:]
    private let startedAt = Date()

    mutating func note(
        _ title: Sweep.Title, _ scenario: Scenario, _ outcome: Simulation.Outcome
    ) {
        counts[title, default: 0] += 1
        endings[outcome.ending, default: 0] += 1
        if !outcome.problems.isEmpty {
            failures.append(Failure(scenario: scenario, problems: outcome.problems))
        }
    }

    mutating func add(_ other: Tally) {
        failures += other.failures
        counts.merge(other.counts, uniquingKeysWith: +)
        endings.merge(other.endings, uniquingKeysWith: +)
    }

    func show() {
        for title in Sweep.Title.allCases {
            if let count = counts[title] { print("\(title.rawValue): \(count)") }
        }
        for (ending, count) in endings.sorted(by: { $0.value > $1.value }) {
            print("ended \(ending): \(count)")
        }
        for failure in failures.prefix(40) {
            print("FAILED: \(failure.scenario)")
            for problem in Set(failure.problems).sorted().prefix(4) { print("    \(problem)") }
        }
        let total = counts.values.reduce(0, +)
        let seconds = Date().timeIntervalSince(startedAt)
        print(
            "simulate: \(total) rotations, \(failures.count) failed,"
                + " \(Int(seconds)) s, \(Int(Double(total) / seconds)) a second")
    }
}

extension Simulation.Outcome {
    /// How it ended, in a word or two.
    var ending: String {
        switch state {
        case .completed: "completed"
        case .abandoned: "abandoned"
        case .held: "held: \(reason?.rawValue ?? "")"
        case .running: "waiting: \(reason?.rawValue ?? "")"
        }
    }
}
