import CoreFoundation  // for `stat`, which is one module's or the other's
import Glibc
import RotationCore

/// The end of a file that somebody else appends to.
enum FileTail {
    /// The last `cap` bytes at most; nil where there is no such file.
    static func read(_ path: String, upTo cap: Int) throws(AdapterError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(path, "can't be opened", errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw failure(path, "can't be examined", errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw AdapterError(
                .refused, code: "report-not-a-file",
                message: "report: \(safeText(path)) is not a regular file")
        }
        let start = max(0, Int(status.st_size) - cap)
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) - start)
        var count = 0
        while count < bytes.count {
            let step = bytes.withUnsafeMutableBytes {
                pread(
                    descriptor, $0.baseAddress?.advanced(by: count),
                    $0.count - count, off_t(start + count))
            }
            if step < 0, errno == EINTR { continue }
            guard step >= 0 else { throw failure(path, "can't be read", errno) }
            guard step > 0 else { break }
            count += step
        }
        return Array(bytes.prefix(count))
    }

    private static func failure(_ path: String, _ what: String, _ code: Int32) -> AdapterError {
        AdapterError(
            .unavailable(retryAfter: nil), code: "report-unreadable",
            message: "report: \(safeText(path)) \(what): \(String(cString: strerror(code)))")
    }
}
