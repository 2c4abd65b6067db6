import Foundation
import Synchronization

/// A directory of our own below TMPDIR, and what runs in it; all of it is gone at the end.
final class Scratch: Sendable {
    let path: String
    private let running = Mutex<Set<pid_t>>([])

    init() throws {
        let base = FileManager.default.temporaryDirectory.path
        var template = Array("\(base)/holdover-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure("no scratch directory in \(base)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A new directory in it, for its owner alone.
    func directory(_ name: String) throws -> String {
        let made = "\(path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: made, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        return made
    }

    /// Notes a process that must not outlive us.
    func began(_ pid: pid_t) { running.withLock { _ = $0.insert(pid) } }

    /// Notes that it is over.
    func ended(_ pid: pid_t) { running.withLock { _ = $0.remove(pid) } }

    /// Ends what runs and removes the files; a second caller waits for the first.
    func remove() {
        running.withLock { running in
            for pid in running { kill(pid, SIGKILL) }
            running = []
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    /// Ctrl-C leaves nothing behind either.
    func removeOnSignal() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                withExtendedLifetime(source) {
                    self.remove()
                    exit(128 + number)
                }
            }
            source.resume()
        }
    }
}
