import Foundation
import RotationTesting
import Synchronization

/// Threads that share the sweeps out among themselves.
struct Fleet {
    private let simulation: Simulation
    private let jobs: Int
    private let share: Int
    private let stops: Bool

    init(_ simulation: Simulation, jobs: Int, share: Int, stops: Bool) {
        self.simulation = simulation
        self.jobs = jobs
        self.share = share
        self.stops = stops
    }

    /// Runs every sweep, or one in `share` of them.
    func run(_ sweeps: [Sweep]) -> Tally {
        let mine = sweeps.enumerated().filter { $0.offset % share == 0 }.map(\.element)
        let next = Atomic(0)
        let tally = Mutex(Tally())
        DispatchQueue.concurrentPerform(iterations: jobs) { _ in
            let executor = SerialExecutor()
            while true {
                let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard number < mine.count else { return }
                if stops, tally.withLock({ !$0.failures.isEmpty }) { return }
                let sweep = mine[number]
                let simulation = simulation
                let part = executor.run {
                    var part = Tally()
                    await sweep.run(simulation) { part.note(sweep.title, $0, $1) }
                    return part
                }
                tally.withLock { $0.add(part) }
            }
        }
        return tally.withLock { $0 }
    }
}
