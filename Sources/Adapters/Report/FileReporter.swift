import CoreFoundation  // for `stat`, which is one module's or the other's
import Glibc
import RotationCore

/// A consumer that reports by writing lines to a file.
struct FileReporter: AdoptionReporter {
    private let path: String

    static let descriptor = AdapterDescriptor(
        type: "file", summary: "the last line of a file that the consumer writes",
        settings: [
            SettingDescriptor("path", .path, required: true, summary: "the file, as absolute path")
        ], evidence: .fingerprint)

    let source = EvidenceClass.fingerprint

    init(_ target: TargetSettings) throws(AdapterError) {
        path = try Settings(target).absolutePath("path")
    }

    func report(since: Instant?) async throws(AdapterError) -> ConsumerReport? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("can't be opened", errno)
        }
        defer { close(descriptor) }
        return try ReportLine.read(tail(of: descriptor))
    }

    /// The end of the file: reports are appended, so it may be long.
    private func tail(of descriptor: Int32) throws(AdapterError) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("can't be examined", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw AdapterError(
                .refused, code: "report-not-a-file",
                message: "report: \(safeText(path)) is not a regular file")
        }
        let start = max(0, Int(status.st_size) - ReportLine.cap)
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) - start)
        var count = 0
        while count < bytes.count {
            let step = bytes.withUnsafeMutableBytes {
                pread(
                    descriptor, $0.baseAddress?.advanced(by: count),
                    $0.count - count, off_t(start + count))
            }
            if step < 0, errno == EINTR { continue }
            guard step >= 0 else { throw failure("can't be read", errno) }
            guard step > 0 else { break }
            count += step
        }
        return Array(bytes.prefix(count))
    }

    private func failure(_ what: String, _ code: Int32) -> AdapterError {
        AdapterError(
            .unavailable(retryAfter: nil), code: "report-unreadable",
            message: "report: \(safeText(path)) \(what): \(String(cString: strerror(code)))")
    }
}
