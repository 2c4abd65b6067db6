import Foundation
import ProcessTesting
import Synchronization
import Testing

/// The same sabotage at one call after the other, by several workers.
final class Sweep: Sendable {
    /// What a sweep came to.
    struct Figures: Sendable, CustomStringConvertible {
        /// Calls that a golden rotation makes.
        var points = 0
        /// Rotations that were begun and looked at.
        var trials = 0
        /// Those in which the call was met.
        var hits = 0
        var failures = 0
        /// How the sabotaged command ended, and how often.
        var endings: [SpawnedProcess.Ending: Int] = [:]

        var description: String {
            let ways = endings.map { ending, count in
                switch ending {
                case .exited(let code): "exit \(code): \(count)"
                case .signalled(let number): "signal \(number): \(count)"
                }
            }
            return "\(points) points, \(trials) trials, \(hits) hits "
                + "(\(ways.sorted().joined(separator: ", "))), \(failures) failures"
        }
    }

    private struct State {
        var work: [[Trial]] = []
        var figures = Figures()
    }

    private let state = Mutex(State())

    /// A scene serves so many trials: what the server remembers of a client grows with each.
    private static let chunk = 60
    /// More failures than that say nothing new.
    private static let patience = 10
    /// After so many calls in a row that never came, later ones won't come either.
    private static let misses = 8

    /// A trial at each of its calls, or at one in `share`.
    struct Kind {
        let trial: Trial
        let share: Int
    }

    /// Tries each kind of trial at its calls.
    ///
    /// A trial that doesn't meet its call is none: threads take turns, and a rotation needs a few
    /// calls more or less each time.
    static func over(_ kinds: [Kind], _ settings: ChaosSettings) async throws -> Figures {
        let sweep = Sweep()
        var dice = SeededGenerator(seed: settings.seed)
        for kind in kinds {
            let count = try await sweep.count(kind.trial)
            let first = Int.random(in: 1...kind.share, using: &dice)
            let points = stride(from: first, through: count, by: kind.share).map { $0 }
            sweep.add(kind.trial, points, of: count)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<settings.workers { group.addTask { try await sweep.labour() } }
            try await group.waitForAll()
        }
        return sweep.state.withLock { $0.figures }
    }

    /// How many calls there are, in a rotation that nobody sabotages.
    private func count(_ kind: Trial) async throws -> Int {
        let result = try await Workbench.open { bench in
            try await kind.run(in: GoldenScene(on: bench, kind.dialect))
        }
        try #require(result.complaints == [], "\(kind)")
        return result.calls.count
    }

    private func add(_ kind: Trial, _ points: [Int], of count: Int) {
        let trials = points.map { point in
            var trial = kind
            trial.point = point
            return trial
        }
        state.withLock { state in
            state.figures.points += count
            for start in stride(from: 0, to: trials.count, by: Self.chunk) {
                state.work.append(Array(trials[start...].prefix(Self.chunk)))
            }
        }
    }

    private func labour() async throws {
        while let trials = state.withLock({ $0.work.popLast() }), let first = trials.first {
            let rest = try await Workbench.open { bench in
                try await self.labour(on: trials, in: GoldenScene(on: bench, first.dialect))
            }
            let isHopeless = state.withLock { state in
                if !rest.isEmpty { state.work.append(rest) }
                return state.figures.failures > Self.patience
            }
            if isHopeless { return }
        }
    }

    /// Runs trials up to the first that fails, after which the scene is spoilt; gives the others.
    private func labour(on trials: [Trial], in scene: GoldenScene) async throws -> [Trial] {
        var misses = 0
        // The golden rotation may have been a long one, and its last calls come no more.
        for (index, trial) in trials.enumerated() where misses < Self.misses {
            let result: Trial.Result
            do { result = try await trial.run(in: scene) } catch {
                note(trial, nil, ["\(error)"])
                return Array(trials[(index + 1)...])
            }
            note(trial, result, result.complaints)
            misses = result.calls.isEmpty ? misses + 1 : 0
            if !result.complaints.isEmpty { return Array(trials[(index + 1)...]) }
        }
        for consumer in scene.consumers {
            let stats = try await consumer.stop()
            if stats.failed > 0 || stats.unreadable > 0 {
                let last = trials[trials.count - 1]
                note(last, nil, ["within \(trials.count) trials: \(consumer.name): \(stats)"])
            }
        }
        return []
    }

    private func note(_ trial: Trial, _ result: Trial.Result?, _ complaints: [String]) {
        state.withLock { state in
            state.figures.trials += 1
            if let result, !result.calls.isEmpty {
                state.figures.hits += 1
                state.figures.endings[result.ending, default: 0] += 1
            }
            if !complaints.isEmpty { state.figures.failures += 1 }
        }
        guard !complaints.isEmpty else { return }
        let calls = (result?.calls ?? []).prefix(3).map { "\($0)" }
        Issue.record("\(([trial.description] + calls + complaints).joined(separator: "\n"))")
    }
}
