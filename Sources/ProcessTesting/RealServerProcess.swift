import Foundation

/// A real server that `Tests/Services/NAME.sh start DIR` installs, starts and sets up.
///
/// Such a script prints `NAME=value` lines and ends; its server goes on. It prints the ids of what
/// it started as soon as that runs, so that even a server that never got ready can be ended:
/// `API_PID`, `PID` and, for a PostgreSQL of its own, `PG_PID`. `DIR` is new, readable by all to
/// look through, and removed with the server.
public struct RealServerProcess: Sendable {
    /// A server that didn't get ready.
    public struct NotReady: Error, CustomStringConvertible {
        /// What the script said.
        public let description: String
    }

    /// What the script printed.
    public let values: [String: String]

    /// Whether `HOLDOVER_REAL_SERVERS=1` asks for tests that install and start real servers.
    public static var areWanted: Bool {
        ProcessInfo.processInfo.environment["HOLDOVER_REAL_SERVERS"] == "1"
    }

    /// Whether a cluster's programs are where `Tests/Services/kubernetes.sh` looks for them.
    public static var hasCluster: Bool {
        let environment = ProcessInfo.processInfo.environment
        let caches = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
        let cache = environment["HOLDOVER_TEST_CACHE"] ?? "\(caches)/holdover"
        return FileManager.default.isExecutableFile(atPath: "\(cache)/kubernetes/kube-apiserver")
    }

    /// A value that the script printed, or nothing.
    public subscript(_ name: String) -> String { values[name] ?? "" }

    /// Ends it before the workbench does.
    public func stop() async { await Self.end(values) }

    /// The path of a file in `Tests/Services/`.
    public static func service(_ file: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Tests/Services/\(file)").path
    }

    /// Starts the server of `Tests/Services/NAME.sh`, which ends with the workbench.
    ///
    /// `limit` is for the whole script; the first time it installs the server.
    public static func start(
        _ name: String, on bench: Workbench, limit: Duration = .seconds(300)
    ) async throws -> RealServerProcess {
        // Beside the workbench: a PostgreSQL has a user of its own, who may not look into that.
        let place = "\(bench.path)-\(name)"
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o711])
        let script = try bench.spawn(
            name, service("\(name).sh"), ["start", place], environment: kept)
        bench.whenClearing {
            await end((try? printed(by: script)) ?? [:])
            try? FileManager.default.removeItem(atPath: place)
        }
        let isOver = await eventually(within: limit) { script.ending != nil }
        guard isOver, script.ending == .exited(0) else {
            let said = (try? TextFile.read(script.errorPath)) ?? ""
            let what = isOver ? "it failed" : "not over in \(limit)"
            throw NotReady(description: "\(name): \(what): \(said)")
        }
        return RealServerProcess(values: try printed(by: script))
    }

    private static func printed(by script: SpawnedProcess) throws -> [String: String] {
        PracticeServerProcess.values(in: try TextFile.read(script.outputPath))
    }

    /// What a script needs to find or install its server.
    private static var kept: [String: String] {
        let names = [
            "HOME", "PATH", "XDG_CACHE_HOME", "HOLDOVER_TEST_CACHE", "http_proxy", "https_proxy",
            "no_proxy",
        ]
        return ProcessInfo.processInfo.environment.filter {
            names.contains($0.key) || $0.key.hasPrefix("PIP_")
        }
    }
}

extension RealServerProcess {
    /// Ends what a script started: the database last, since the server still talks to it.
    private static func end(_ values: [String: String]) async {
        // PostgreSQL takes a SIGTERM for a wish to wait until everybody has left.
        for (name, signal) in [("API_PID", SIGTERM), ("PID", SIGTERM), ("PG_PID", SIGINT)] {
            guard let pid = values[name].flatMap({ pid_t($0) }), pid > 1 else { continue }
            await end(pid, by: signal)
        }
    }

    private static func end(_ pid: pid_t, by signal: Int32) async {
        // One that leads a group may leave workers behind; one that doesn't is in our own.
        let leads = getpgid(pid) == pid
        kill(pid, signal)
        let isOver = await eventually(within: .seconds(10)) { !isRunning(pid) }
        if leads { kill(-pid, SIGKILL) } else if !isOver { kill(pid, SIGKILL) }
    }

    /// Whether a process runs that isn't ours to wait for; what nobody has reaped yet doesn't.
    private static func isRunning(_ pid: pid_t) -> Bool {
        guard let status = try? TextFile.read("/proc/\(pid)/stat"),
            let name = status.lastIndex(of: ")")
        else { return false }
        return !status[name...].hasPrefix(") Z")
    }
}
