import Foundation
import Synchronization

/// A directory for one test, and every process that the test spawned.
///
/// In memory where there is a memory file system, since a rotation commits often. Everything is
/// ended and removed when the body is over, however it ends.
public final class Workbench: Sendable {
    /// The directory.
    public let path: String
    /// A second one where temporary files go, often on a disk: syncing takes its time there.
    public let disk: String

    private struct Work {
        var processes: [SpawnedProcess] = []
        var closing: [@Sendable () async -> Void] = []
        var number = 0
    }

    private let work = Mutex(Work())

    private init() throws {
        let memory = "/dev/shm"
        let isUsable = access(memory, W_OK | X_OK) == 0
        let base = isUsable ? memory : FileManager.default.temporaryDirectory.path
        let name = "holdover-bench-\(UUID().uuidString)"
        path = "\(base)/\(name)"
        disk = "\(FileManager.default.temporaryDirectory.path)/\(name)-disk"
        for directory in [path, disk, stateDirectory, plansDirectory, keyDirectory, scratch, logs] {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
    }

    /// Makes a workbench for `body` and clears it away afterwards.
    public static func open<Result>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (Workbench) async throws -> Result
    ) async throws -> Result {
        let bench = try Workbench()
        do {
            let result = try await body(bench)
            await bench.clear()
            return result
        } catch {
            await bench.clear()
            throw error
        }
    }

    /// Where the journal goes.
    public var stateDirectory: String { "\(path)/state" }
    /// Where plans go; of mode 0700, as plans with references need.
    public var plansDirectory: String { "\(path)/plans" }
    /// The sealing key.
    public var keyPath: String { "\(keyDirectory)/seal.key" }
    /// What children take for the directory of temporary files.
    public var scratch: String { "\(path)/tmp" }
    /// The standard output and standard error of everything spawned.
    public var logs: String { "\(path)/logs" }
    private var keyDirectory: String { "\(path)/key" }

    /// A path in the directory.
    public func at(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes a directory, readable by its owner only.
    @discardableResult
    public func directory(_ name: String) throws -> String {
        try FileManager.default.createDirectory(
            atPath: at(name), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        return at(name)
    }

    /// Writes a file of mode 0600 and returns its path.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: at(name)))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: at(name))
        return at(name)
    }

    /// The text of a file.
    public func read(_ name: String) throws -> String {
        try String(contentsOfFile: at(name), encoding: .utf8)
    }

    /// Spawns a process that is ended with the workbench; `name` names its files in ``logs``.
    public func spawn(
        _ name: String, _ executable: String, _ arguments: [String],
        environment: [String: String] = [:]
    ) throws -> SpawnedProcess {
        let number = work.withLock { work in
            work.number += 1
            return work.number
        }
        let files = "\(logs)/\(number)-\(name)"
        let process = try SpawnedProcess(
            executable, arguments,
            environment: Self.inherited.merging(standard) { $1 }
                .merging(environment) { $1 }, output: "\(files).out", errors: "\(files).err")
        work.withLock { work in
            work.processes.removeAll { $0.ending != nil }
            work.processes.append(process)
        }
        return process
    }

    /// Has something done when the workbench is cleared away, last wish first.
    public func whenClearing(_ wish: @escaping @Sendable () async -> Void) {
        work.withLock { $0.closing.append(wish) }
    }

    private var standard: [String: String] {
        ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": path, "TMPDIR": scratch]
    }

    /// What an executable may need to find its own libraries.
    private static var inherited: [String: String] {
        ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" }
    }

    private func clear() async {
        let left = work.withLock { work in
            defer { work = Work() }
            return work
        }
        left.processes.forEach { $0.send(SIGKILL) }
        for process in left.processes { await process.wait() }
        for wish in left.closing.reversed() { await wish() }
        for directory in [path, disk] { try? FileManager.default.removeItem(atPath: directory) }
    }
}
