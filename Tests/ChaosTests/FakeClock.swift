import Foundation
import ProcessTesting

/// A wall clock of the command's own, set at will while it runs: libfaketime's.
///
/// The clocks that nobody can set stay honest, as they do where a person or NTP sets the real one.
struct FakeClock {
    /// Debian's package `faketime` has it, below the directory of the machine's libraries.
    static let library: String? = {
        let roots = ["/usr/lib", "/usr/local/lib"]
        let places = roots.flatMap { root in
            [root] + (Self.names(in: root).map { "\(root)/\($0)" })
        }
        return places.map { "\($0)/faketime/libfaketimeMT.so.1" }
            .first { FileManager.default.fileExists(atPath: $0) }
    }()

    private let holdover: HoldoverProcess
    private let file: String

    /// A clock for the command of `lone`, right at first.
    init(of lone: LoneClient, zone: String = "UTC") throws {
        file = lone.bench.at("clock")
        let settings = [
            "LD_PRELOAD": Self.library ?? "", "FAKETIME_TIMESTAMP_FILE": file,
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
            "TZ": zone,
        ]
        // The first process that loads the library moves its environment, where Swift looks for
        // its arguments; so that is `env`, and the command what it turns into.
        holdover = HoldoverProcess(
            on: lone.bench, environment: lone.holdover.environment.merging(settings) { $1 },
            through: ["/usr/bin/env"])
        try shift(by: 0)
    }

    /// Runs the command under this clock, and clears away what the library shares in memory.
    func run(_ arguments: String...) async throws -> HoldoverProcess.Outcome {
        let process = try holdover.spawn(arguments)
        let outcome = try await holdover.outcome(of: process, arguments)
        for name in ["faketime_shm", "sem.faketime_sem"] {
            try? FileManager.default.removeItem(atPath: "/dev/shm/\(name)_\(process.pid)")
        }
        return outcome
    }

    /// Sets it so many seconds before or after the real one.
    func shift(by seconds: Int) throws {
        let text = String(format: "%+d\n", seconds)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    }

    /// Sets it to a moment.
    func set(to moment: Date) throws {
        try shift(by: Int(moment.timeIntervalSince(Date()).rounded()))
    }

    private static func names(in directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }
}
