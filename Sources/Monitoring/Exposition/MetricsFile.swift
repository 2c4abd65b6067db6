import Glibc

/// The file that a textfile collector reads: whole at every moment, and readable by all.
public struct MetricsFile: Sendable, Hashable {
    /// A file that could not be written.
    public struct Failure: Error, CustomStringConvertible {
        /// Which one, and why.
        public let description: String
    }

    /// Where it is.
    public let path: String

    /// The file at `path`; a collector wants a name that ends with `.prom`.
    public init(path: String) { self.path = path }

    /// Puts `text` into its place, of mode 0644; what was there stays where that fails.
    ///
    /// Nothing is synced: what a power loss takes is written again by the next run.
    public func write(_ text: String) throws(Failure) {
        let draft = draftPath
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure }
        var error: Failure?
        // Its mode last, so that nobody reads half of it; then the name that is looked for.
        if !Self.write(Array(text.utf8), to: descriptor) || fchmod(descriptor, 0o644) != 0 {
            error = failure
        }
        if close(descriptor) != 0, error == nil { error = failure }
        if error == nil, rename(draft, path) != 0 { error = failure }
        guard let error else { return }
        unlink(draft)
        throw error
    }

    /// In the same folder, so that a rename will do; not one that a collector would read.
    private var draftPath: String {
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        let name = path.dropFirst(folder.count)
        return "\(folder).\(name).\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    private var failure: Failure {
        Failure(description: "\(path): \(String(cString: strerror(errno)))")
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count == 0 { errno = ENOSPC }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
