import Foundation

/// Where `start` leaves the process id and the `NAME=value` lines for `stop` and for scripts.
struct StateDirectory {
    let url: URL

    init(_ path: String) { url = URL(filePath: path, directoryHint: .isDirectory) }

    var pidFile: URL { url.appending(path: "practice.pid") }
    var environmentFile: URL { url.appending(path: "practice.env") }

    /// The server that was started here and still runs.
    var runningServer: pid_t? {
        guard let text = try? String(contentsOf: pidFile, encoding: .utf8),
            let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)),
            Self.isPracticeServer(pid)
        else { return nil }
        return pid
    }

    /// Whether `pid` is a living process of this program, not another one that got its number.
    static func isPracticeServer(_ pid: pid_t) -> Bool {
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
        return path?.contains("practice-server") ?? false
    }

    /// Whether a process may still listen.
    ///
    /// The kernel forgets what it ran before it closes its sockets, and then only it is a zombie,
    /// or nobody.
    static func hasSockets(_ pid: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let name = status.lastIndex(of: ")")
        else { return false }
        return !status[name...].hasPrefix(") Z")
    }

    /// Writes both files, readable by their owner only.
    func write(pid: pid_t, lines: Data) throws {
        try create(environmentFile, lines)
        try create(pidFile, Data("\(pid)\n".utf8))
    }

    func clear() {
        for file in [pidFile, environmentFile] { try? FileManager.default.removeItem(at: file) }
    }

    private func create(_ file: URL, _ content: Data) throws {
        try? FileManager.default.removeItem(at: file)
        let isCreated = FileManager.default.createFile(
            atPath: file.path(percentEncoded: false), contents: content,
            attributes: [.posixPermissions: 0o600])
        guard isCreated else { throw CocoaError(.fileWriteUnknown) }
    }
}
