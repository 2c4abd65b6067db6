import CSimulatedDisk
public import RotationEngine
import Synchronization

/// A state directory in memory, of which every operation can fail, tear or get lost.
///
/// SQLite reaches it through a VFS, the engine through ``StateDisk``. One disk belongs to one
/// thread at a time.
public final class SimulatedDisk: StateDisk {
    /// What a failing operation does.
    public enum Failure: String, Sendable, Hashable, CaseIterable {
        /// Answers with an I/O error.
        case ioError = "io-error"
        /// Answers that the disk is full.
        case full
        /// Does half of a write, then answers with an I/O error.
        case shortWrite = "short-write"
        /// The process is gone: this operation and all after it do nothing.
        case cut
    }

    /// The disk's id: the disk itself belongs to C.
    private let disk: UInt64
    private let isLocked = Mutex(false)
    /// How many operations a released ballast has room for: about one transaction.
    private let ballastRoom = Atomic<UInt64>(48)

    /// An empty disk, or a copy of another.
    public init(copying original: SimulatedDisk? = nil) {
        _ = Self.isRegistered
        disk = simulated_disk_make(original?.disk ?? 0)
    }

    /// Makes every file what it is on another disk; connections that are open stay so.
    func copy(_ original: SimulatedDisk) { simulated_disk_copy(disk, original.disk) }

    deinit { simulated_disk_free(disk) }

    /// SQLite's VFS is registered once in a process, and leaves every other name to the system's.
    private static let isRegistered: Bool = {
        precondition(simulated_disk_register() == 0, "SQLite takes no VFS")
        return true
    }()

    /// The one directory on the disk.
    public var directory: String { "/simulated/\(disk)" }

    /// How many operations changed the disk, or were to make changes last.
    public var operations: Int { Int(simulated_disk_operations(disk)) }

    /// Whether the process that had the disk is gone.
    public var isCut: Bool { simulated_disk_is_cut(disk) }

    /// Whether an operation failed since the last restart.
    public var hasFailed: Bool { simulated_disk_has_failed(disk) }

    /// Lets operation number `at` fail, and those behind it too where `isForever`.
    public func fail(at operation: Int, _ failure: Failure, isForever: Bool = false) {
        let code =
            switch failure {
            case .ioError: SIMULATED_IO_ERROR
            case .full: SIMULATED_DISK_FULL
            case .shortWrite: SIMULATED_SHORT_WRITE
            case .cut: SIMULATED_CUT
            }
        simulated_disk_fail(disk, UInt64(operation), code, isForever)
    }

    /// Ends the process that has the disk, now: whatever it still does changes nothing.
    public func cut() {
        fail(at: operations + 1, .cut, isForever: true)
        simulated_disk_cut(disk)
    }

    /// A new process on the same machine: what was written is there.
    public func restart() {
        simulated_disk_restart(disk)
        isLocked.withLock { $0 = false }
    }

    /// The same for a process that goes on with the connection of the one before it.
    ///
    /// A database of which everything is synced and nothing is locked looks the same through an old
    /// connection as through a new one, and opening one takes half as long as a whole rotation.
    /// False, with nothing done, where it isn't so.
    func handOver() -> Bool {
        guard simulated_disk_hand_over(disk, Journal.path(in: "").dropFirst().description) else {
            return false
        }
        isLocked.withLock { $0 = false }
        return true
    }

    /// Power loss: of what was not synced, `seed` says what is kept, dropped, reordered or torn.
    public func losePower(seed: UInt64) {
        simulated_disk_lose_power(disk, seed)
        isLocked.withLock { $0 = false }
    }

    /// Whether a text lies anywhere on the disk, unsynced contents included.
    public func contains(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return simulated_disk_contains(disk, bytes, bytes.count)
    }

    // MARK: StateDisk

    /// Any directory will do.
    public func check(_ directory: String) throws(JournalFailure) {}

    /// A lock that dies with the process.
    public func lock(_ directory: String) throws(JournalFailure) -> any StateLease {
        let isFree = isLocked.withLock { isLocked in
            defer { isLocked = true }
            return !isLocked
        }
        guard isFree else { throw JournalFailure(.locked, "another run holds \(directory)") }
        return Lease(disk: self, process: process)
    }

    /// Whether a file is there.
    public func exists(_ path: String) -> Bool { simulated_disk_has(disk, name(path)) }
    /// All files can be written.
    public func isWritable(_ path: String) -> Bool { true }
    /// There is nobody to protect it from.
    public func protect(_ path: String) {}

    /// The contents of a small file.
    public func load(_ path: String) throws(JournalFailure) -> [UInt8]? {
        let size = simulated_disk_read(disk, name(path), nil, 0)
        guard size >= 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        _ = simulated_disk_read(disk, name(path), &bytes, bytes.count)
        return bytes
    }

    /// One operation writes it, another makes it last; outside of the directory nothing fails.
    public func create(_ bytes: [UInt8], at path: String) throws(JournalFailure) {
        guard !exists(path) else { throw JournalFailure(.exists, "\(path) exists already") }
        guard path.hasPrefix(directory + "/") else {
            guard !isCut else { throw JournalFailure(.damaged, "\(path) can't be made") }
            return simulated_disk_put(disk, name(path), bytes, bytes.count)
        }
        // A whole ballast would be copied with every disk.
        try store(path.hasSuffix(Ballast.name) ? [0] : bytes, at: 0, of: path)
    }

    /// One operation writes it, another makes it last.
    public func store(_ slot: [UInt8], at offset: Int, of path: String)
        throws(JournalFailure)
    {
        let code = simulated_disk_write(disk, name(path), Int64(offset), slot, slot.count)
        guard code != 0 else { return }
        throw JournalFailure(.damaged, "\(path) can't be written")
    }

    /// One operation.
    ///
    /// Removing the ballast makes room on a full disk, for a while.
    public func remove(_ path: String) {
        simulated_disk_remove(disk, name(path))
        if path.hasSuffix(Ballast.name) {
            simulated_disk_make_room(disk, ballastRoom.load(ordering: .relaxed))
        }
    }

    /// Makes the ballast keep no room, as where somebody else takes it at once.
    public func spoilBallast() { ballastRoom.store(0, ordering: .relaxed) }

    /// There is room until the disk says that it is full.
    public func room(in directory: String) -> (free: Int64, total: Int64)? { nil }

    /// What lies outside of the directory is called by its last name.
    private func name(_ path: String) -> String {
        guard !path.hasPrefix(directory + "/") else {
            return String(path.dropFirst(directory.count + 1))
        }
        return path.split(separator: "/").last.map(String.init) ?? ""
    }

    /// It does.
    public var isInMemory: Bool { true }

    private var process: UInt64 { simulated_disk_process(disk) }

    private final class Lease: StateLease {
        let disk: SimulatedDisk
        let process: UInt64

        init(disk: SimulatedDisk, process: UInt64) {
            self.disk = disk
            self.process = process
        }

        /// A dead process's lock went with it, and may be another's by now.
        deinit { if process == disk.process { disk.isLocked.withLock { $0 = false } } }
    }
}
