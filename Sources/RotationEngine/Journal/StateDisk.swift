import Foundation

/// What a state directory lies on: the file system, or a disk in memory that can fail at will.
///
/// The database itself is reached through SQLite, which has a port of its own (the VFS).
public protocol StateDisk: Sendable {
    /// Throws unless `directory` may hold a journal.
    func check(_ directory: String) throws(JournalFailure)

    /// Takes the right to drive the rotations of `directory`, given back when the value is let go.
    func lock(_ directory: String) throws(JournalFailure) -> any StateLease

    /// Whether a file is there.
    func exists(_ path: String) -> Bool

    /// Whether this process may write the file.
    func isWritable(_ path: String) -> Bool

    /// Closes the file to everybody but its owner.
    func protect(_ path: String)

    /// The bytes of a small file, such as the anchor; nil where there is none.
    func load(_ path: String) throws(JournalFailure) -> [UInt8]?

    /// Makes a small file durably, mode 0600; throws where something is there already.
    func create(_ bytes: [UInt8], at path: String) throws(JournalFailure)

    /// Writes into a small file in place, and returns once the disk has it.
    func store(_ slot: [UInt8], at offset: Int, of path: String) throws(JournalFailure)

    /// Removes a small file.
    func remove(_ path: String)

    /// How many bytes are free where `directory` lies, and how many there are; nil if unknown.
    func room(in directory: String) -> (free: Int64, total: Int64)?

    /// Whether it lies in memory and keeps nobody waiting, so that no thread is spared by waiting
    /// on another one.
    var isInMemory: Bool { get }
}

extension StateDisk {
    /// Disks are slow.
    public var isInMemory: Bool { false }
}

/// The right to drive the rotations of a state directory, for as long as it is held.
public protocol StateLease: Sendable {}

/// The file system.
public struct FileSystemDisk: StateDisk {
    /// The only one there is.
    public init() {}

    /// See ``StateDirectory/check(_:)``.
    public func check(_ directory: String) throws(JournalFailure) {
        try StateDirectory.check(directory)
    }
    /// An OS lock that dies with the process.
    public func lock(_ directory: String) throws(JournalFailure) -> any StateLease {
        try StateLock(directory: directory)
    }
    /// access(2).
    public func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
    /// access(2).
    public func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }
    /// Mode 0600.
    public func protect(_ path: String) { chmod(path, 0o600) }
    /// A plain read.
    public func load(_ path: String) throws(JournalFailure) -> [UInt8]? {
        try DurableFile.read(path)
    }
    /// `O_EXCL`, fsync of the file and of its directory.
    public func create(_ bytes: [UInt8], at path: String) throws(JournalFailure) {
        try DurableFile.create(bytes, at: path)
    }
    /// pwrite(2) and one fdatasync(2).
    public func store(_ slot: [UInt8], at offset: Int, of path: String)
        throws(JournalFailure)
    { try DurableFile.write(slot, at: offset, of: path) }
    /// unlink(2), and an fsync of the directory.
    public func remove(_ path: String) { DurableFile.remove(path) }
    /// statvfs(3), as far as it is ours to use.
    public func room(in directory: String) -> (free: Int64, total: Int64)? {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return nil }
        let size = Int64(status.f_frsize)
        return (Int64(status.f_bavail) * size, Int64(status.f_blocks) * size)
    }
}
