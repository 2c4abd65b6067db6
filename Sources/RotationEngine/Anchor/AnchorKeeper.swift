import Synchronization

/// The anchor of one open journal: read when a run begins, and written as the journal grows.
///
/// Only who holds the state directory's lock writes it.
final class AnchorKeeper: Sendable {
    let path: String
    private let disk: any StateDisk
    private let place: [UInt8]
    private let last = Mutex<AnchorSlot?>(nil)

    init(path: String, directory: String, on disk: any StateDisk) {
        self.path = path
        self.disk = disk
        place = AnchorSlot.place(of: directory)
    }

    /// What the anchor says now.
    func read() throws(JournalFailure) -> Anchor {
        let slot = try slot()
        last.withLock { $0 = slot }
        return slot.anchor
    }

    private func slot() throws(JournalFailure) -> AnchorSlot {
        guard let bytes = try disk.load(path) else {
            throw JournalFailure(.anchorMissing, "the journal's anchor \(path) is not there")
        }
        guard let slot = AnchorSlot(newestOf: bytes) else {
            throw JournalFailure(.anchorMissing, "the journal's anchor \(path) is damaged")
        }
        return slot
    }

    /// Says that the journal has come so far; one write and one fdatasync, or nothing to do.
    func advance(to anchor: Anchor) throws(JournalFailure) {
        try last.withLock { last throws(JournalFailure) in
            let present = if let last { last } else { try slot() }
            guard present.anchor != anchor else { return }
            let next = AnchorSlot(anchor: anchor, counter: present.counter + 1, place: place)
            try disk.store(next.bytes, at: next.offset, of: path)
            last = next
        }
    }

    /// Makes the file for a new journal.
    ///
    /// What an `init` left that was cut short is written over: no run was ever begun under it.
    func begin(with anchor: Anchor) throws(JournalFailure) {
        if let bytes = try disk.load(path) {
            guard let slot = AnchorSlot(newestOf: bytes), slot.anchor.epoch == 0 else {
                throw JournalFailure(.exists, "\(path) exists already and is no new anchor")
            }
        }
        try replace(with: anchor)
    }

    /// Makes the file, or puts another anchor into the one that is there: a person said so.
    func replace(with anchor: Anchor) throws(JournalFailure) {
        let present = (try disk.load(path)).map { AnchorSlot(newestOf: $0) }
        let counter = (present.flatMap { $0 }?.counter ?? -1) + 1
        let next = AnchorSlot(anchor: anchor, counter: counter, place: place)
        if present == nil {
            try disk.create(next.file, at: path)
        } else {
            try disk.store(next.bytes, at: next.offset, of: path)
        }
        last.withLock { $0 = next }
    }
}
