import RotationCore

/// Shares one transaction among all rotations that have something to commit at the moment.
///
/// While one transaction is being written, further entries gather for the next. Whoever comes first
/// writes for all that have gathered by then, and hands the pen to the first who comes after.
/// Nobody is told of success before the disk has it.
actor GroupCommitter {
    private enum Turn: Sendable {
        case written(Result<JournalReceipt, JournalFailure>)
        case writes
    }
    private typealias Waiter = CheckedContinuation<Turn, Never>
    private var gathered: [(entry: PendingEntry, waiter: Waiter)] = []
    private var isWriting = false
    private var brokenBy: JournalFailure?
    /// How many transactions were written, for the benchmark.
    private(set) var transactions = 0
    /// How many entries they held.
    private(set) var entries = 0

    func commit(_ entry: PendingEntry, to journal: Journal) async throws(JournalFailure)
        -> JournalReceipt
    {
        if let brokenBy { throw brokenBy }
        if isWriting {
            let turn = await withCheckedContinuation { gathered.append((entry, $0)) }
            if case .written(let result) = turn { return try result.get() }
        }
        return try await write(entry, to: journal).get()
    }

    /// Refuses everything from now on.
    func sever() { brokenBy = JournalFailure(.damaged, "severed") }

    private func write(_ entry: PendingEntry, to journal: Journal) async
        -> Result<JournalReceipt, JournalFailure>
    {
        isWriting = true
        // Let those that are ready at this moment join; a lone rotation loses nothing by it.
        await Task.yield()
        let others = gathered
        gathered = []
        let results = await attempt([entry] + others.map(\.entry), journal)
        transactions += 1
        entries += results.count
        for (index, other) in others.enumerated() {
            other.waiter.resume(returning: .written(results[index + 1]))
        }
        if gathered.isEmpty {
            isWriting = false
        } else {
            gathered.removeFirst().waiter.resume(returning: .writes)
        }
        return results[0]
    }

    /// A full disk takes nothing of a transaction, so it may be tried once more with more room.
    private func write(_ batch: [PendingEntry], _ journal: Journal) async throws
        -> [Result<JournalReceipt, JournalFailure>]
    {
        do { return try await journal.commit(batch) } catch let failure as JournalFailure
            where failure.kind == .diskFull && batch.contains(where: \.entry.isPrecious)
        {
            Ballast.release(in: journal.directory, on: journal.disk)
            return try await journal.commit(batch)
        }
    }

    private func attempt(_ batch: [PendingEntry], _ journal: Journal) async
        -> [Result<JournalReceipt, JournalFailure>]
    {
        if let brokenBy { return batch.map { _ in .failure(brokenBy) } }
        do {
            return try await write(batch, journal)
        } catch {
            let failure =
                error as? JournalFailure ?? JournalFailure(.damaged, "\(type(of: error))")
            // After a failed fsync nobody knows what the disk has. Nothing more is written by
            // this process; the next one reads what is there.
            switch failure.kind {
            case .damaged, .diskFull: brokenBy = failure
            case .missing, .exists, .notOurs, .busy, .locked, .fenced, .unsuitable, .ruleBroken,
                .anchorMissing, .olderThanWorld:
                break
            }
            return batch.map { _ in .failure(failure) }
        }
    }
}
