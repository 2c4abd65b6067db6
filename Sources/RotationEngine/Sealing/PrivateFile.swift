import Foundation

/// Files that only their owner may read, made and read with the checks that a key deserves.
enum PrivateFile {
    /// The contents of a regular file of ours that nobody else may read.
    static func read(path: String, limit: Int) throws(SealingFailure) -> [UInt8] {
        // Without O_NONBLOCK a pipe would be waited for here, before it is found to be no file.
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let kind: SealingFailure.Kind = errno == ENOENT ? .keyMissing : .keyUnreadable
            throw SealingFailure(
                kind, "the sealing key \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SealingFailure(.keyUnreadable, "\(path) is not a regular file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw SealingFailure(
                .keyUnreadable, "\(path) may be read by others (chmod 600 \(path))")
        }
        guard status.st_uid == geteuid() else {
            throw SealingFailure(.keyUnreadable, "\(path) belongs to another user")
        }
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = Foundation.read(descriptor, &buffer, limit)
        guard count >= 0 else {
            throw SealingFailure(
                .keyUnreadable, "the sealing key \(path): \(String(cString: strerror(errno)))")
        }
        return Array(buffer.prefix(count))
    }

    /// Makes a file of mode 0600, durably, and fails where something is there already.
    ///
    /// It gets its name once its content lasts: no power loss leaves an empty file of that name,
    /// which would be taken for somebody's.
    static func create(path: String, contents: [UInt8]) throws(SealingFailure) {
        let beside = "\(path).new"
        // Left by an attempt that was cut off, and never used.
        unlink(beside)
        defer { unlink(beside) }
        try write(contents, to: beside)
        guard link(beside, path) == 0, unlink(beside) == 0, DurableFile.syncDirectory(of: path)
        else { throw failure(path) }
    }

    private static func write(_ contents: [UInt8], to path: String) throws(SealingFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard Foundation.write(descriptor, contents, contents.count) == contents.count,
            fsync(descriptor) == 0
        else { throw failure(path) }
    }

    private static func failure(_ path: String) -> SealingFailure {
        SealingFailure(
            .keyUnreadable, "the sealing key \(path): \(String(cString: strerror(errno)))")
    }
}

/// Bytes as lower-case hexadecimal digits.
enum Hex {
    static func string(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
