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

    let holdover: HoldoverProcess
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
        // its arguments, and clears its shared memory away at its end: so that isn't the command.
        holdover = HoldoverProcess(
            on: lone.bench, environment: lone.holdover.environment.merging(settings) { $1 },
            through: ["/usr/bin/timeout", "60"])
        try shift(by: 0)
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
