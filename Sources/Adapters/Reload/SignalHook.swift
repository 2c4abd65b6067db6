import CoreFoundation  // for `stat`, which is one module's or the other's
import Foundation
import Glibc
import RotationCore

/// A reload hook that sends a signal to the process whose id a file holds.
///
/// A number in a file is no process: it may be one that took a dead service's number since. So the
/// process must be no younger than the file, and have the name that the plan gives it, if any.
struct SignalHook: ReloadHook {
    /// The signals that mean "read again" to some service.
    enum Signal: String, CaseIterable {
        case hangup = "HUP"
        case user1 = "USR1"
        case user2 = "USR2"

        fileprivate var number: Int32 {
            switch self {
            case .hangup: SIGHUP
            case .user1: SIGUSR1
            case .user2: SIGUSR2
            }
        }
    }

    private let pidFile: String
    private let signal: Signal
    private let process: String?

    static let descriptor = AdapterDescriptor(
        type: "signal", summary: "sends a signal to the process whose id a file holds",
        settings: [
            SettingDescriptor(
                "pid_file", .path, required: true, summary: "the file with the process id"),
            SettingDescriptor(
                "signal", .choice(Signal.allCases.map(\.rawValue)),
                summary: "which signal; HUP if left out"),
            SettingDescriptor(
                "process", .text,
                summary: "the process's name as ps shows it with -o comm; left out: any"),
        ])

    init(_ target: TargetSettings) throws(AdapterError) {
        let settings = Settings(target)
        pidFile = try settings.absolutePath("pid_file")
        signal = try settings.choice("signal", default: .hangup)
        process = try settings.text("process")
    }

    func preflight() async throws(AdapterError) -> [Finding] {
        _ = try target()
        return []
    }

    func reload(_ context: ReloadContext) async throws(AdapterError) {
        let target = try target()
        guard kill(target, signal.number) == 0 else {
            throw failure(
                "not-signalled", "process \(target): \(String(cString: strerror(errno)))")
        }
    }

    /// The process, if it can be the one that wrote the file.
    private func target() throws(AdapterError) -> pid_t {
        let (pid, writtenAt) = try read()
        guard let found = ProcessEntry(pid) else {
            throw failure("not-running", "process \(pid) is not running")
        }
        if let process, found.name != process {
            throw failure(
                "other-process",
                "process \(pid) is \(safeText(found.name)) and not \(safeText(process))")
        }
        // The kernel counts from boot in hundredths, and a service may write its file a moment
        // before it forks.
        guard found.startedAt <= writtenAt + 2 else {
            throw failure(
                "stale", "process \(pid) is younger than \(safeText(pidFile)), which is stale")
        }
        return pid
    }

    /// The number in the file, and when it was written, in seconds since 1970.
    private func read() throws(AdapterError) -> (pid_t, Double) {
        let descriptor = open(pidFile, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            throw failure(
                "no-pid-file", "\(safeText(pidFile)): \(String(cString: strerror(errno)))")
        }
        let file = OpenFile(descriptor: descriptor, path: pidFile)
        defer { file.close() }
        let status = try file.status()
        guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & S_IWOTH == 0 else {
            throw AdapterError(
                .refused, code: "signal-pid-file-unfit",
                message: "signal: \(safeText(pidFile)) is no file, or anybody can write it")
        }
        let text = String(decoding: try file.content(upTo: 64), as: UTF8.self)
        let digits = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let pid = pid_t(digits), pid > 1 else {
            throw failure("no-pid", "\(safeText(pidFile)) holds no process id")
        }
        return (pid, Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9)
    }

    private func failure(_ code: String, _ words: String) -> AdapterError {
        AdapterError(
            .unavailable(retryAfter: nil), code: "signal-\(code)", message: "signal: \(words)")
    }
}
