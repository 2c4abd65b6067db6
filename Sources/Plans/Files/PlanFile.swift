/// A file of plans and what the file system says of it, cheap enough to ask for at each run.
///
/// A file whose ``stamp`` is the one of an earlier reading holds what it held then.
public struct PlanFile: Sendable, Hashable, Codable {
    /// The path as it may be opened, and as problems name it.
    public let path: String
    /// What changes when the file does.
    public let stamp: FileStamp

    /// A file.
    public init(path: String, stamp: FileStamp) {
        self.path = path
        self.stamp = stamp
    }
}

/// What changes when a file does.
public struct FileStamp: Sendable, Hashable, Codable {
    /// The length in bytes.
    public let size: Int64
    /// When the content changed, in nanoseconds since the epoch.
    public let modified: Int64
    /// When the content, the mode or the owner changed; nobody can set it back.
    public let changed: Int64
    /// The number of the file; another one after a replacement by rename.
    public let inode: UInt64

    /// A stamp.
    public init(size: Int64, modified: Int64, changed: Int64, inode: UInt64) {
        self.size = size
        self.modified = modified
        self.changed = changed
        self.inode = inode
    }
}
