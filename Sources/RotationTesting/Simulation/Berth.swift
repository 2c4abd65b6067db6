import RotationEngine
import Synchronization

/// A disk on which simulations run one after another, and the connection that the last one left.
final class Berth: Sendable {
    let disk = SimulatedDisk()
    private let journal = Mutex<Journal?>(nil)

    /// The connection, for one engine.
    func takeJournal() -> Journal? {
        journal.withLock { journal in
            defer { journal = nil }
            return journal
        }
    }

    /// The same, left where it is, for who only wants to look.
    var left: Journal? { journal.withLock { $0 } }

    /// Puts another disk's contents in the place of its own.
    func restore(_ contents: SimulatedDisk) throws -> JournalPlace {
        disk.copy(contents)
        // Two databases with as many transactions behind them look the same to a connection.
        try left?.forgetPages()
        return JournalPlace(directory: disk.directory, disk: disk, memory: disk)
    }

    /// Leaves a sound connection to the next simulation.
    func leave(_ sound: Journal) { journal.withLock { $0 = sound } }
}

/// Berths that nobody uses at the moment.
final class Harbour: Sendable {
    private let free = Mutex<[Berth]>([])

    func take() -> Berth { free.withLock { $0.popLast() } ?? Berth() }

    func give(back berth: Berth) { free.withLock { $0.append(berth) } }
}
