import Foundation
import ProcessTesting

/// Prometheus' own checker, installed or fetched by `Tests/Services/prometheus.sh`.
struct Promtool: Sendable {
    /// The one that is to be had here; nil where there is none.
    static let here: Promtool? = find()

    private let path: String

    /// What it came to.
    struct Outcome: Sendable, CustomStringConvertible {
        let code: Int32
        let description: String
    }

    /// Runs it, with a text as its standard input, and on a thread of its own: it takes seconds, in
    /// which other tests go on.
    func run(_ arguments: [String], in folder: String = "/", input: String = "") async throws
        -> Outcome
    {
        try await withCheckedThrowingContinuation { caller in
            Thread.detachNewThread { [path] in
                caller.resume(
                    with: Result { try Self.run(path, arguments, in: folder, input: input) })
            }
        }
    }

    private static func find() -> Promtool? {
        let script = RealServerProcess.service("prometheus.sh")
        guard let outcome = try? run("/bin/bash", [script, "promtool"], in: "/", errors: false),
            outcome.code == 0, let path = outcome.description.split(separator: "\n").last
        else { return nil }
        return Promtool(path: String(path))
    }

    private static func run(
        _ program: String, _ arguments: [String], in folder: String, input: String = "",
        errors: Bool = true
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        let (given, said) = (Pipe(), Pipe())
        process.standardInput = given
        process.standardOutput = said
        process.standardError = errors ? said : FileHandle.nullDevice
        try process.run()
        // What it reads may be more than a pipe holds, and what it says too.
        Thread.detachNewThread {
            try? given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try? given.fileHandleForWriting.close()
        }
        let text = try said.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus, description: String(decoding: text, as: UTF8.self))
    }
}
