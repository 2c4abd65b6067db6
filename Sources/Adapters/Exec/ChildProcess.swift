import RotationCore
import Subprocess
import SystemPackage

/// One run of a command: no shell, a clean environment, a session of its own, a deadline.
///
/// At the deadline the whole process group is killed. What the command printed beyond `cap` bytes
/// is read and dropped, so that a talkative command neither blocks nor fills the memory.
struct ChildProcess: Sendable {
    /// The command and its arguments; a command without a slash is looked up in ``searchPath``.
    let command: [String]
    /// Added to ``searchPath``; nothing is inherited.
    var environment: [String: String] = [:]
    /// What it gets on its standard input; nil is nothing at all.
    var input: [UInt8]?
    /// How long it may run.
    let deadline: RotationCore.Span
    /// How many bytes are kept of what it prints, for each of the two streams.
    let cap: Int

    /// The only directories that are searched.
    static let searchPath = "/usr/bin:/bin:/usr/sbin:/sbin"

    /// How a run ended.
    enum Ending: Sendable, Hashable {
        case exited(Int32)
        case signalled(Int32)
        case timedOut
        /// It never ran.
        case notStarted
        /// It may have run: how it ended was not seen.
        case lost
    }

    /// What came of a run.
    struct Outcome: Sendable {
        let ending: Ending
        /// The first bytes of the standard output.
        let output: [UInt8]
        /// The first bytes of the standard error.
        let errors: [UInt8]
        /// Whether the standard output was longer than the cap.
        let isCut: Bool
    }

    /// Runs the command once and waits for its end.
    func run() async -> Outcome {
        await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await runToTheEnd() }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(deadline.milliseconds))
                return nil
            }
            let first = await group.next() ?? nil
            // Cancelling tears the process group down and still waits for its end.
            group.cancelAll()
            if let first { return first }
            let late = await group.next() ?? nil
            return Outcome(
                ending: .timedOut, output: late?.output ?? [], errors: late?.errors ?? [],
                isCut: late?.isCut ?? false)
        }
    }

    private func runToTheEnd() async -> Outcome {
        guard let configuration else {
            return Outcome(ending: .notStarted, output: [], errors: [], isCut: false)
        }
        guard let input else { return await run(configuration, .none) }
        return await run(configuration, GivenInput(bytes: input))
    }

    private func run(_ configuration: Configuration, _ input: some InputProtocol) async -> Outcome {
        do {
            let result = try await Subprocess.run(
                configuration, input: input, output: .sequence, error: .sequence
            ) { [cap] execution in
                async let output = Self.read(execution.standardOutput, upTo: cap)
                async let errors = Self.read(execution.standardError, upTo: cap)
                return await (output, errors)
            }
            let (output, errors) = result.closureResult
            return Outcome(
                ending: Self.ending(result.terminationStatus), output: output.bytes,
                errors: errors.bytes, isCut: output.isCut)
        } catch {
            return Outcome(ending: Self.ending(error), output: [], errors: [], isCut: false)
        }
    }

    /// What an error proves in whose place there should have been an ending.
    ///
    /// Only where the command could not be started did it do nothing for certain.
    static func ending(_ error: any Error) -> Ending {
        switch (error as? SubprocessError)?.code {
        case .spawnFailed, .executableNotFound, .failedToChangeWorkingDirectory: .notStarted
        default: .lost
        }
    }

    private var configuration: Configuration? {
        guard let first = command.first, !command.contains(where: { $0.utf8.contains(0) }) else {
            return nil
        }
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
        ]
        var variables: [Environment.Key: String] = ["PATH": Self.searchPath]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        return Configuration(
            executable: first.contains("/") ? .path(FilePath(first)) : .name(first),
            arguments: Arguments(Array(command.dropFirst())), environment: .custom(variables),
            workingDirectory: "/", platformOptions: options)
    }

    private static func ending(_ status: TerminationStatus) -> Ending {
        switch status {
        case .exited(let code): .exited(code)
        case .signaled(let signal): .signalled(signal)
        }
    }

    private static func read(
        _ stream: SubprocessOutputSequence, upTo cap: Int
    ) async -> (bytes: [UInt8], isCut: Bool) {
        var bytes: [UInt8] = []
        var isCut = false
        do {
            for try await buffer in stream {
                let room = cap - bytes.count
                isCut = isCut || buffer.count > room
                buffer.withUnsafeBytes { bytes.append(contentsOf: $0.prefix(room)) }
            }
        } catch {
            // Torn down: what was read until then is all there is.
        }
        return (bytes, isCut)
    }
}

/// Bytes for a command that may end before it has read them.
private struct GivenInput: InputProtocol {
    let bytes: [UInt8]

    func write(with writer: StandardInputWriter) async throws {
        // Whoever doesn't read says with its answer what that means.
        _ = try? await writer.write(bytes)
    }
}

extension ChildProcess.Outcome {
    /// How the run ended and, escaped and shortened, what the command said to its standard error.
    var explanation: String { explanation(of: words) }

    /// The same of a command that was given secrets, or prints one: without long words, which could
    /// be some.
    var explanationWithoutSecrets: String { explanation(of: CallOutcome.withoutLongWords(words)) }

    private var words: String {
        String(decoding: errors, as: UTF8.self).trimmingTrailingLineEnds()
    }

    private func explanation(of words: String) -> String {
        let said = safeText(words, limit: 160)
        return said.isEmpty ? ending.description : "\(ending.description): \(said)"
    }
}

extension ChildProcess.Ending: CustomStringConvertible {
    /// The ending in words.
    var description: String {
        switch self {
        case .exited(let code): "exit status \(code)"
        case .signalled(let signal): "killed by signal \(signal)"
        case .timedOut: "still running at its deadline"
        case .notStarted: "could not be started"
        case .lost: "was lost sight of"
        }
    }
}

extension String {
    fileprivate func trimmingTrailingLineEnds() -> String {
        var text = self[...]
        while let last = text.last, last.isNewline { text.removeLast() }
        return String(text)
    }
}
