import Foundation
import ProcessTesting

/// The command, with every call that concerns files written down by strace.
struct TracedHoldover: Sendable {
    struct Failed: Error, CustomStringConvertible { let description: String }

    let bench: Workbench
    /// The directory whose files are recorded.
    let root: String
    let environment: [String: String]

    init(on bench: Workbench, root: String, environment: [String: String]) {
        (self.bench, self.root) = (bench, root)
        let places = [
            "HOLDOVER_STATE_DIR": "\(root)/\(WorldPaths.state)",
            "HOLDOVER_SEAL_KEY_FILE": "\(root)/\(WorldPaths.key)",
            "HOLDOVER_PLANS_DIR": "\(root)-plans",
        ]
        self.environment = environment.merging(places) { $1 }
    }

    /// The same command without strace.
    var untraced: HoldoverProcess { HoldoverProcess(on: bench, environment: environment) }

    private static let tool = "/usr/bin/strace"
    private static let calls =
        "open,openat,creat,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,fsync,"
        + "fdatasync,sync_file_range,ftruncate,truncate,fallocate,copy_file_range,sendfile,splice,"
        + "rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,"
        + "mkdirat,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,mmap"

    /// Why nothing can be recorded here; nil where it can.
    static func obstacle() async throws -> String? {
        guard FileManager.default.isExecutableFile(atPath: tool) else {
            return "\(tool) is missing (make setup)"
        }
        return try await Workbench.open { bench in
            let trace = bench.at("true.strace")
            let process = try bench.spawn(
                "strace", tool, ["-D", "-f", "-e", "trace=openat", "-o", trace, "/bin/true"])
            let ending = await process.wait()
            let isSeen = await eventually(within: .seconds(5)) {
                TraceFile.isWhole(trace, process: process.pid)
            }
            return ending == .exited(0) && isSeen ? nil : "strace may not trace a process here"
        }
    }

    /// Starts the command; its process is the command's own, which strace watches from the side.
    func spawn(_ arguments: [String], trace: String) throws -> SpawnedProcess {
        let watching = [
            "-D", "-f", "--seccomp-bpf", "-q", "-yy", "-xx", "-s", "1000000", "-e",
            "trace=\(Self.calls)", "-e", "signal=none", "-o", trace,
        ]
        return try bench.spawn(
            "traced-\(arguments[0])", Self.tool,
            watching + [try Binaries.path("holdover")] + arguments, environment: environment)
    }

    /// The id of the strace that watches a process; nil where none does, or not yet.
    static func watcher(of process: SpawnedProcess) -> pid_t? {
        let path = "/proc/\(process.pid)/status"
        let status = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("TracerPid:") }
        let id = line?.split(separator: "\t").last.flatMap { pid_t($0) }
        return id == 0 ? nil : id
    }

    private static func isRunning(_ process: pid_t) -> Bool {
        let path = "/proc/\(process)/stat"
        let words = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return words.contains("(strace)") && !words.contains(") Z ")
    }

    /// What strace saw of a process that is over.
    ///
    /// Of one that was killed it writes no end, so that its own end must be waited for.
    func trace(
        _ path: String, of process: SpawnedProcess, watchedBy watcher: pid_t? = nil
    ) async throws -> TraceFile {
        let isWhole = await eventually(within: .seconds(30)) {
            TraceFile.isWhole(path, process: process.pid)
                || watcher.map { !Self.isRunning($0) } ?? false
        }
        guard isWhole else { throw Failed(description: "\(path) has no end") }
        return try TraceFile(path, root: root)
    }

    /// Runs the command to its end and takes it into a recording; how much strace wrote of it.
    @discardableResult
    func run(
        _ arguments: String..., exit: Int32 = 0, into recording: inout Recording
    ) async throws -> Int {
        let path = "\(root)-trace-\(recording.ends.count)"
        let process = try spawn(arguments, trace: path)
        let outcome = try await untraced.outcome(of: process, arguments)
        guard outcome.exit == exit else { throw Failed(description: "\(outcome)") }
        try recording.append(try await trace(path, of: process), of: arguments[0])
        defer { try? FileManager.default.removeItem(atPath: path) }
        return Self.size(of: path)
    }

    /// How many bytes a file has; none where it isn't there.
    static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}
