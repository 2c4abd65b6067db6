/// The command, run in a workbench.
public struct HoldoverProcess: Sendable {
    /// What a run of it came to.
    public struct Outcome: Sendable, CustomStringConvertible {
        /// What was typed.
        public let arguments: [String]
        /// How it ended.
        public let ending: SpawnedProcess.Ending
        /// Its standard output.
        public let output: String
        /// Its standard error.
        public let errors: String

        /// The exit code; nil after a signal.
        public var exit: Int32? {
            if case .exited(let code) = ending { return code }
            return nil
        }

        /// All of it, for the comment of an expectation.
        public var description: String {
            "holdover \(arguments.joined(separator: " ")): \(ending)\n\(output)\(errors)"
        }
    }

    private let bench: Workbench
    /// Added to where the journal, the plans and the key are: what references name, for example.
    public let environment: [String: String]
    private let wrapper: [String]

    /// The command on a workbench; `wrapper` is a command that executes it, such as `env`.
    public init(
        on bench: Workbench, environment: [String: String] = [:], through wrapper: [String] = []
    ) {
        self.bench = bench
        self.environment = environment
        self.wrapper = wrapper
    }

    /// Starts it and gives the process, to be signalled; its standard input is empty.
    ///
    /// Given a sabotage it is the saboteur that is spawned, which ends as the command does and
    /// passes signals on to it.
    public func spawn(
        _ arguments: [String], environment more: [String: String] = [:],
        under sabotage: Sabotage? = nil
    ) throws -> SpawnedProcess {
        let standard = [
            "HOLDOVER_STATE_DIR": bench.stateDirectory, "HOLDOVER_PLANS_DIR": bench.plansDirectory,
            "HOLDOVER_SEAL_KEY_FILE": bench.keyPath,
        ]
        let own = wrapper + [try Binaries.path("holdover")] + arguments
        let words = try sabotage.map { [try Binaries.path("saboteur")] + $0.options + own } ?? own
        return try bench.spawn(
            "holdover-\(arguments.first ?? "")", words[0], Array(words.dropFirst()),
            environment: standard.merging(environment) { $1 }.merging(more) { $1 })
    }

    /// Runs it to its end; kills it where that takes longer than `limit`.
    public func run(
        _ arguments: [String], environment more: [String: String] = [:],
        under sabotage: Sabotage? = nil, limit: Duration = .seconds(120)
    ) async throws -> Outcome {
        let process = try spawn(arguments, environment: more, under: sabotage)
        return try await outcome(of: process, arguments, limit: limit)
    }

    /// Waits for a process of ``spawn(_:environment:)`` and reads what it said.
    public func outcome(
        of process: SpawnedProcess, _ arguments: [String], limit: Duration = .seconds(120)
    ) async throws -> Outcome {
        let guardian = Task {
            try await Task.sleep(for: limit)
            process.send(9)
        }
        let ending = await process.wait()
        guardian.cancel()
        return Outcome(
            arguments: arguments, ending: ending, output: try TextFile.read(process.outputPath),
            errors: try TextFile.read(process.errorPath))
    }
}
