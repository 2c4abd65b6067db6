import Foundation
public import RotationCore

/// A small file of the state directory: who delivers, and what was said without a journal.
///
/// Its lock is another one than that of the run, so that a slow channel keeps no run from starting.
/// It has its full length from the beginning and is written in place, so that a full disk, which
/// is something to tell of, doesn't keep what was told from being remembered.
public final class AlertSlate: Sendable {
    /// What was said while there was no journal to keep it in.
    public struct Word: Sendable, Hashable, Codable {
        /// The alert.
        public var alert: Alert
        /// When each channel was last told, by its name.
        public var told: [String: Instant]

        /// A word.
        public init(alert: Alert, told: [String: Instant]) {
            self.alert = alert
            self.told = told
        }
    }

    private static let size = 8_192
    private let descriptor: Int32

    /// Takes the slate of `directory`; nil where another process delivers, or there is no place.
    public init?(in directory: String) {
        descriptor = open(
            "\(directory)/holdover.alerts", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        // A class whose members are all set is deinitialized when its init fails: that closes.
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size < Self.size else { return }
        write([UInt8](repeating: 0x20, count: Self.size))
    }

    deinit {
        guard descriptor >= 0 else { return }
        // See ``StateLock``: a child between its fork and its exec still has the file open.
        flock(descriptor, LOCK_UN)
        Foundation.close(descriptor)
    }

    /// What stands on it; nothing where it is new or damaged.
    public func read() -> [Word] {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return [] }
        return (try? JSONDecoder().decode([Word].self, from: Data(bytes[..<count]))) ?? []
    }

    /// Replaces what stands on it; what is too long, or doesn't reach the disk, is forgotten.
    public func write(_ words: [Word]) {
        guard let data = try? JSONEncoder().encode(words), data.count <= Self.size else {
            return write([UInt8](repeating: 0x20, count: Self.size))
        }
        write(Array(data) + [UInt8](repeating: 0x20, count: Self.size - data.count))
    }

    private func write(_ bytes: [UInt8]) {
        _ = pwrite(descriptor, bytes, bytes.count, 0)
        fdatasync(descriptor)
    }
}
