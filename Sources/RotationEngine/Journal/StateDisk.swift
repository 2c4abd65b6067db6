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
}
