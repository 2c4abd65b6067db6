import Foundation

/// Small files beside the database: made once, durably, and written in place where they change.
///
/// In place because a rename would cost a second fsync, of the directory, at each transaction.
enum DurableFile {
    static func read(_ path: String) throws(JournalFailure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure(path, .anchorMissing)
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: AnchorSlot.fileSize)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw failure(path, .anchorMissing) }
        return Array(buffer.prefix(count))
    }

    /// Makes the file durably; fails where something is there already.
    static func create(_ bytes: [UInt8], at path: String) throws(JournalFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, .unsuitable) }
        defer { close(descriptor) }
        guard writeAll(bytes, to: descriptor, at: 0), fsync(descriptor) == 0,
            syncDirectory(of: path)
        else {
            let isFull = errno == ENOSPC || errno == EDQUOT
            let failure = failure(path, isFull ? .diskFull : .unsuitable)
            unlink(path)
            throw failure
        }
    }

    /// Writes one slot and waits until the disk has it.
    ///
    /// Whatever goes wrong is as bad as a failed fsync of the journal: nobody knows what is there.
    static func write(_ bytes: [UInt8], at offset: Int, of path: String) throws(JournalFailure) {
        let descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, .damaged) }
        defer { close(descriptor) }
        guard writeAll(bytes, to: descriptor, at: offset), fdatasync(descriptor) == 0
        else { throw failure(path, .damaged) }
    }

    /// A write that took a part goes on with the rest, which says why it was only a part.
    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, at offset: Int) -> Bool {
        var count = 0
        while count < bytes.count {
            let step = bytes.withUnsafeBytes {
                pwrite(
                    descriptor, $0.baseAddress?.advanced(by: count), $0.count - count,
                    off_t(offset + count))
            }
            if step < 0, errno == EINTR { continue }
            if step == 0 { errno = ENOSPC }
            guard step > 0 else { return false }
            count += step
        }
        return true
    }

    /// Removes the file durably, as far as that can be had.
    static func remove(_ path: String) {
        if unlink(path) == 0 { _ = syncDirectory(of: path) }
    }

    /// Makes names in the directory of `path` last.
    static func syncDirectory(of path: String) -> Bool {
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return false }
        defer { close(directory) }
        return fsync(directory) == 0
    }

    private static func failure(_ path: String, _ kind: JournalFailure.Kind) -> JournalFailure {
        JournalFailure(kind, "\(path): \(String(cString: strerror(errno)))")
    }
}
