#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// The content of a file that not everybody may write.
struct TrustedFile {
    let bytes: [UInt8]
    private let file: PlanFile
    private let mode: mode_t

    init(_ file: PlanFile) throws(PlanErrors) {
        self.file = file
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw Self.unreadable(file, errno) }
        defer { close(descriptor) }
        // The file that is judged is the one that is read, whatever the path means by now.
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.unreadable(file, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Self.problem(file, "not-a-file", "this is no regular file", nil)
        }
        guard status.st_mode & S_IWOTH == 0 else {
            throw Self.problem(
                file, "writable-by-others", "everybody may write this file",
                "chmod o-w \(file.path.shellWord)")
        }
        mode = status.st_mode
        bytes = try Self.read(descriptor, file)
    }

    /// Throws `words` where a group may write the file.
    func refuseGroup(_ words: String) throws(PlanErrors) {
        guard mode & S_IWGRP != 0 else { return }
        throw Self.problem(
            file, "writable-by-others", words, "chmod go-w \(file.path.shellWord)")
    }

    /// At most one byte more than a plan may have, which is enough to see that it is too long.
    private static func read(_ descriptor: Int32, _ file: PlanFile) throws(PlanErrors) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= DocumentReader.Limit.bytes {
            let count = fill(&buffer, from: descriptor)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(file, errno) }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    private static func fill(_ buffer: inout [UInt8], from descriptor: Int32) -> Int {
        #if canImport(Glibc)
        Glibc.read(descriptor, &buffer, buffer.count)
        #else
        Musl.read(descriptor, &buffer, buffer.count)
        #endif
    }

    private static func unreadable(_ file: PlanFile, _ code: Int32) -> PlanErrors {
        problem(file, "unreadable", "can't be read: \(String(cString: strerror(code)))", nil)
    }

    private static func problem(
        _ file: PlanFile, _ code: String, _ message: String, _ suggestion: String?
    ) -> PlanErrors {
        PlanErrors([
            PlanProblem(file: file.path, code: code, message: message, suggestion: suggestion)
        ])
    }
}
