import Subprocess
import SystemPackage

/// A program that runs for the demonstration, in a session of its own.
///
/// Ctrl-C in the terminal thus reaches the demonstration only, which ends its children itself: by
/// SIGTERM, and by SIGKILL where that doesn't help.
struct ChildProgram: Sendable {
    let path: String
    let arguments: [String]
    /// Added to what is inherited; secrets come this way and never as arguments.
    var environment: [String: String] = [:]

    /// How it ended.
    enum Ending: Sendable, Hashable, CustomStringConvertible {
        case exited(Int32)
        case killed(Int32)

        var description: String {
            switch self {
            case .exited(let code): "exit status \(code)"
            case .killed(let number): "killed by signal \(number)"
            }
        }
    }

    /// Runs until it ends, and hands over its lines as they come, both streams in one.
    ///
    /// `tell` gets a closure that kills it at once. Cancelling the task ends it in order.
    func run(
        _ tell: @Sendable (_ line: String, _ kill: @Sendable () -> Void) async -> Void
    ) async throws -> Ending {
        let result = try await Subprocess.run(
            configuration, input: .none, output: .sequence, error: .combinedWithOutput
        ) { execution in
            for try await line in execution.standardOutput.strings() {
                await tell(line) { try? execution.send(signal: .kill) }
            }
        }
        return switch result.terminationStatus {
        case .exited(let code): .exited(code)
        case .signaled(let number): .killed(number)
        }
    }

    private var configuration: Configuration {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(3))
        ]
        var variables: [Environment.Key: String?] = [:]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        return Configuration(
            executable: .path(FilePath(path)), arguments: Arguments(arguments),
            environment: .inherit.updating(variables), platformOptions: options)
    }
}
