import Foundation
import Synchronization
import Testing

@testable import RotationEngine

@Suite struct StateLockTests {
    private let home: Home

    init() throws { home = try Home() }

    private func failure() -> JournalFailure? {
        do throws(JournalFailure) {
            _ = try StateLock(directory: home.directory)
            return nil
        } catch { return error }
    }

    @Test func `a second run is told who holds the directory`() throws {
        let lock = try StateLock(directory: home.directory)
        let failure = failure()
        #expect(failure?.kind == .locked)
        #expect(failure?.message.contains("pid \(getpid())") == true)
        withExtendedLifetime(lock) {}
    }

    @Test func `the lock goes with its holder`() throws {
        var lock: StateLock? = try StateLock(directory: home.directory)
        #expect(failure()?.kind == .locked)
        #expect(lock != nil)
        lock = nil
        #expect(failure() == nil)
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/flock"), "flock(1)"))
    func `another process respects the lock`() throws {
        func otherProcess() throws -> Int32 {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/flock")
            process.arguments = ["-n", "-E", "77", "\(home.directory)/holdover.lock", "true"]
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
        let lock = try StateLock(directory: home.directory)
        #expect(try otherProcess() == 77)
        withExtendedLifetime(lock) {}
    }

    @Test func `a link in the lock's place is refused`() throws {
        let target = "\(home.directory)/target"
        #expect(symlink(target, "\(home.directory)/holdover.lock") == 0)
        #expect(failure()?.kind == .unsuitable)
        #expect(!FileManager.default.fileExists(atPath: target))
    }

    @Test func `a holder that says nothing of itself is a holder`() throws {
        let path = "\(home.directory)/holdover.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        #expect(failure()?.message == "another run holds \(home.directory)")
    }

    /// A descriptor that is closed twice may be somebody else's by the second time.
    @Test func `a refused lock closes nothing that isn't its own`() throws {
        let lock = try StateLock(directory: home.directory)
        let path = "\(home.directory)/mine"
        #expect(FileManager.default.createFile(atPath: path, contents: Data()))
        let isDone = Atomic(false)
        let lost = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 2) { side in
            if side == 0 {
                for _ in 1...20_000 { _ = failure() }
                isDone.store(true, ordering: .relaxed)
            } else {
                while !isDone.load(ordering: .relaxed) {
                    let mine = open(path, O_RDONLY | O_CLOEXEC)
                    if close(mine) != 0 { lost.add(1, ordering: .relaxed) }
                }
            }
        }
        #expect(lost.load(ordering: .relaxed) == 0)
        withExtendedLifetime(lock) {}
    }
}
