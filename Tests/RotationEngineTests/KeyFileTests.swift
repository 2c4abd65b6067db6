import Foundation
import Synchronization
import Testing

@testable import RotationEngine

@Suite struct KeyFileTests {
    private let home: Home
    private let path: String
    private let key = SealingKey.generate()

    init() throws {
        home = try Home()
        path = "\(home.directory)/key"
    }

    private func failure(_ path: String? = nil) -> SealingFailure.Kind? {
        do throws(SealingFailure) {
            _ = try SealingKey.load(path: path ?? self.path)
            return nil
        } catch { return error.kind }
    }

    private func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        chmod(path, 0o600)
    }

    @Test func `a saved key is loaded again, from a file that is its owner's alone`() throws {
        try key.save(path: path)
        let loaded = try SealingKey.load(path: path)
        #expect(loaded.id == key.id)
        #expect(loaded.line == key.line)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o600)
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o601, 0o660] as [mode_t])
    func `a key that others may touch is refused`(mode: mode_t) throws {
        try key.save(path: path)
        chmod(path, mode)
        #expect(failure() == .keyUnreadable)
        chmod(path, 0o400)
        #expect(failure() == nil)
    }

    @Test func `links, directories and keys that aren't there are refused`() throws {
        #expect(failure() == .keyMissing)
        try key.save(path: path)
        let link = "\(home.directory)/link"
        #expect(symlink(path, link) == 0)
        #expect(failure(link) == .keyUnreadable)
        #expect(failure(home.directory) == .keyUnreadable)
    }

    /// On a thread of its own: tests that compute may have all of the others for a while.
    @Test func `a pipe is refused without waiting for somebody to write to it`() throws {
        #expect(mkfifo(path, 0o600) == 0)
        let isRead = DispatchSemaphore(value: 0)
        let found = Mutex<SealingFailure.Kind?>(nil)
        let reading = Thread { [path] in
            do throws(SealingFailure) { _ = try SealingKey.load(path: path) } catch {
                found.withLock { $0 = error.kind }
            }
            isRead.signal()
        }
        reading.start()
        if isRead.wait(timeout: .now() + 60) == .timedOut {
            Issue.record("the pipe was waited for")
            close(open(path, O_WRONLY | O_NONBLOCK))
            isRead.wait()
        }
        #expect(found.withLock { $0 } == .keyUnreadable)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
    func `a key of somebody else is refused`() throws {
        try key.save(path: path)
        #expect(chown(path, 65_534, 65_534) == 0)
        #expect(failure() == .keyUnreadable)
    }

    @Test(arguments: [
        "", "holdover-seal-key-v1", "holdover-seal-key-v1 AAAA", "AAAA",
        "holdover-seal-key-v2 \(Data(count: 32).base64EncodedString())",
        "holdover-seal-key-v1 \(Data(count: 31).base64EncodedString())",
        "holdover-seal-key-v1 \(Data(count: 33).base64EncodedString())",
        "holdover-seal-key-v1 \(Data(count: 32).base64EncodedString()) more",
        "holdover-seal-key-v1 \(String(repeating: "!", count: 44))",
    ])
    func `a file that is no key is refused`(text: String) throws {
        try write(text)
        #expect(failure() == .keyUnreadable)
    }

    @Test func `a key is never saved over anything`() throws {
        try write("precious")
        #expect(throws: SealingFailure.self) { try key.save(path: path) }
        #expect(FileManager.default.contents(atPath: path) == Data("precious".utf8))
        let link = "\(home.directory)/link"
        let target = "\(home.directory)/target"
        #expect(symlink(target, link) == 0)
        #expect(throws: SealingFailure.self) { try key.save(path: link) }
        #expect(!FileManager.default.fileExists(atPath: target))
    }

    @Test func `keys differ and their names don't give them away`() {
        let other = SealingKey.generate()
        #expect(other.id != key.id)
        #expect(key.id.wholeMatch(of: /[0-9a-f]{16}/) != nil)
        #expect(!key.line.contains(key.id))
    }
}
