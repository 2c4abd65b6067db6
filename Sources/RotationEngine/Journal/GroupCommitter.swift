import RotationCore

/// Shares one transaction among all rotations that have something to commit at the moment.
///
/// While one transaction is being written, further entries gather for the next. Nobody is told of
/// success before the disk has it.
actor GroupCommitter {
    private typealias Waiter = CheckedContinuation<Result<JournalReceipt, JournalFailure>, Never>
    private var gathered: [(PendingEntry, Waiter)] = []
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
        let result = await withCheckedContinuation { waiter in
            gathered.append((entry, waiter))
            guard !isWriting else { return }
            isWriting = true
            Task { await write(to: journal) }
        }
        return try result.get()
    }

    /// Refuses everything from now on.
    func sever() { brokenBy = JournalFailure(.damaged, "severed") }

    private func write(to journal: Journal) async {
        // Let those that are ready at this moment join; a lone rotation loses nothing by it.
        await Task.yield()
        while !gathered.isEmpty {
            let batch = gathered
            gathered = []
            let results = await attempt(batch.map(\.0), journal)
            transactions += 1
            entries += batch.count
            for (index, waiter) in batch.map(\.1).enumerated() {
                waiter.resume(returning: results[index])
            }
        }
        isWriting = false
    }

    private func attempt(_ batch: [PendingEntry], _ journal: Journal) async
        -> [Result<JournalReceipt, JournalFailure>]
    {
        if let brokenBy { return batch.map { _ in .failure(brokenBy) } }
        do {
            return try await journal.commit(batch)
        } catch {
            let failure =
                error as? JournalFailure ?? JournalFailure(.damaged, "\(type(of: error))")
            // After a failed fsync nobody knows what the disk has. Nothing more is written by
            // this process; the next one reads what is there.
            switch failure.kind {
            case .damaged, .diskFull: brokenBy = failure
            case .missing, .exists, .notOurs, .busy, .locked, .fenced, .unsuitable, .ruleBroken:
                break
            }
            return batch.map { _ in .failure(failure) }
        }
    }
}
