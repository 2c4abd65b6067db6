public import Foundation

/// A child process, with its output in files, that can be signalled at any moment.
///
/// Spawned by `posix_spawn` with no signal blocked or ignored and no file inherited: Foundation's
/// `Process` hands its own mask on, and then a SIGTERM may never arrive.
public final class SpawnedProcess: Sendable {
    /// How a process ended.
    public enum Ending: Sendable, Hashable {
        /// By itself, with an exit code.
        case exited(Int32)
        /// By a signal.
        case signalled(Int32)
    }

    /// A process that could not be spawned.
    public struct NotSpawned: Error, CustomStringConvertible {
        /// Which one, and why.
        public let description: String
    }

    /// Its process id.
    public let pid: pid_t
    /// The file with its standard output.
    public let outputPath: String
    /// The file with its standard error.
    public let errorPath: String

    private let life: ProcessLife

    /// Spawns `executable`; its standard input is empty.
    public init(
        _ executable: String, _ arguments: [String], environment: [String: String],
        output: String, errors: String
    ) throws {
        outputPath = output
        errorPath = errors
        pid = try Self.spawn(executable, arguments, environment, output, errors)
        let life = ProcessLife()
        self.life = life
        let pid = pid
        Thread.detachNewThread { life.reap(pid) }
    }

    /// Sends a signal, unless the process is over.
    public func send(_ signal: Int32) { life.signal(pid, signal) }

    /// How it ended; nil while it runs.
    public var ending: Ending? { life.ending }

    /// Waits for its end, however long that takes.
    @discardableResult
    public func wait() async -> Ending { await life.wait() }

    /// Asks it to end, and kills it after five seconds.
    @discardableResult
    public func end() async -> Ending {
        send(SIGTERM)
        let isOver = await eventually(within: .seconds(5)) { self.ending != nil }
        if !isOver { send(SIGKILL) }
        return await wait()
    }
}

extension SpawnedProcess {
    private static func spawn(
        _ executable: String, _ arguments: [String], _ environment: [String: String],
        _ output: String, _ errors: String
    ) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        var actions = posix_spawn_file_actions_t()
        posix_spawnattr_init(&attributes)
        posix_spawn_file_actions_init(&actions)
        defer {
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&actions)
        }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let made = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, made, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, made, 0o600)
        for descriptor in 3..<pastOpenFiles() {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        let words = ([executable] + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, executable, &actions, &attributes, words, variables)
        guard code == 0 else {
            let reason = String(cString: strerror(code))
            throw NotSpawned(description: "\(executable) can't be spawned: \(reason)")
        }
        return pid
    }

    /// A number above every open file, also above those that other threads open from here on until
    /// the child is there; to close one that isn't open is no error (`posix_spawn(3)` of glibc).
    private static func pastOpenFiles() -> Int32 {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        let last = (names ?? []).compactMap { Int32($0) }.max() ?? 2
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return min(last + 256, Int32(clamping: limit.rlim_cur))
    }
}
