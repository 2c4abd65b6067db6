import RotationTesting
import Synchronization

/// Every sweep, shared out among threads.
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
        let tally = Mutex(Tally())
        let (simulation, stops) = (simulation, stops)
        Crew(jobs: jobs).work(
            through: mine,
            isOver: { stops && tally.withLock { !$0.failures.isEmpty } },
            tell: { part in tally.withLock { $0.add(part) } }
        ) { sweep in
            var part = Tally()
            await sweep.run(simulation) { part.note(sweep.title, $0, $1) }
            return part
        }
        return tally.withLock { $0 }
    }
}
