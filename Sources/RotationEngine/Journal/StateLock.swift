import Foundation
import RotationCore

/// The right to drive the rotations of a state directory: an OS lock that dies with the process.
///
/// Losing it is impossible while the process lives; being stopped and overtaken is not, which is
/// what the epoch is for.
public final class StateLock: StateLease {
    private let descriptor: Int32

    /// Takes the lock of `directory`, or says who has it.
    public init(directory: String) throws(JournalFailure) {
        let path = "\(directory)/holdover.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw JournalFailure(.unsuitable, "\(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            // A class whose members are all set is deinitialized when its init throws: that closes.
            throw JournalFailure(
                .locked, "another run holds \(directory)\(Self.holder(descriptor))")
        }
        ftruncate(descriptor, 0)
        let words = "pid \(getpid())\n"
        _ = pwrite(descriptor, words, words.utf8.count, 0)
    }

    deinit {
        // flock(2): the lock is the open file's, and a child between its fork and its exec still
        // has that open. Unlocking lets go at once, whoever else holds the file.
        flock(descriptor, LOCK_UN)
        Foundation.close(descriptor)
    }

    private static func holder(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return "" }
        let text = String(decoding: buffer.prefix(count), as: UTF8.self)
        return " (\(text.prefix { $0 != "\n" }))"
    }
}
