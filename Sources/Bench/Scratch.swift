import Foundation
import Synchronization

/// A directory of our own below TMPDIR, and the server that runs in it; both are gone at the end.
final class Scratch: Sendable {
    let path: String
    private let stop = Mutex<(@Sendable () -> Void)?>(nil)

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

    /// What ends the server that runs now.
    func whenRemoved(_ body: (@Sendable () -> Void)?) { stop.withLock { $0 = body } }

    func remove() {
        let body = stop.withLock { stop in
            defer { stop = nil }
            return stop
        }
        body?()
        try? FileManager.default.removeItem(atPath: path)
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
