import FoundationEssentials
import RotationCore

/// What a program of the user's own prints: one JSON object, with an error in words or without.
protocol ExecAnswering: Decodable, Sendable {
    var error: ExecFailure? { get }
}

/// A program of the user's own that Holdover asks in JSON: one process for each call.
struct ExecProgram: Sendable {
    private let command: [String]
    private let timeout: Span
    /// What the plan's `token` refers to.
    let token: String?
    /// About the place that the token is in.
    let findings: [Finding]

    static let settings = [
        .command("program"),
        SettingDescriptor(
            "timeout", .span,
            summary: "how long one call may take before it is killed; 30s if left out"),
        SettingDescriptor(
            "token", .reference, summary: "a secret that the program gets with each call"),
    ]

    /// How much an answer may hold.
    private static let cap = 1 << 20

    /// The program that `settings` name.
    init(_ settings: Settings, _ parts: ServerParts) async throws(AdapterError) {
        command = try settings.command()
        timeout = try settings.span("timeout", default: .seconds(30))
        let reference = try settings.reference("token")
        var token: String?
        if let reference {
            token = try await parts.resolver.resolve(reference, for: "exec").withPlaintext { $0 }
        }
        self.token = token
        findings = parts.resolver.findings(about: [reference].compactMap { $0 }, for: "exec")
    }

    /// Runs the program once.
    func call<Answer: ExecAnswering>(
        _ request: some Encodable, _ effect: CallEffect, _ answer: Answer.Type
    ) async throws(AdapterError) -> Answer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let input = try? encoder.encode(request) else {
            throw AdapterError(.refused, code: "exec-unsendable", message: "exec: no JSON")
        }
        let child = ChildProcess(
            command: command, input: Array(input) + [UInt8(ascii: "\n")], deadline: timeout,
            cap: Self.cap)
        return try read(answer, in: await child.run(), effect)
    }

    /// What an answer proves that lacks what the operation is about.
    static func incomplete(_ operation: String, _ effect: CallEffect) -> AdapterError {
        CallOutcome(adapter: "exec").unreadable(
            effect, "the answer to \(operation) is incomplete")
    }

    /// What a run proves.
    ///
    /// An error in words counts whatever the exit status is; success only with status 0.
    private func read<Answer: ExecAnswering>(
        _ answer: Answer.Type, in ended: ChildProcess.Outcome, _ effect: CallEffect
    ) throws(AdapterError) -> Answer {
        let name = safeText(command[0])
        guard ended.ending != .notStarted else {
            throw AdapterError(
                .unavailable(retryAfter: nil), code: "exec-not-started",
                message: "exec: \(name) could not be started")
        }
        let said = try? JSONDecoder().decode(answer, from: Data(ended.output))
        if let failure = said?.error, !ended.isCut {
            // "Unavailable" and the like promise that nothing happened; a killed program can't.
            guard case .exited = ended.ending else { throw doubt(ended, effect) }
            throw failure.adapterError
        }
        guard ended.ending == .exited(0) else { throw doubt(ended, effect) }
        let outcome = CallOutcome(adapter: "exec")
        guard !ended.isCut else { throw outcome.unreadable(effect, "\(name) printed too much") }
        guard let said else {
            throw outcome.unreadable(effect, "\(name) printed something else than one JSON object")
        }
        return said
    }

    private func doubt(_ ended: ChildProcess.Outcome, _ effect: CallEffect) -> AdapterError {
        AdapterError(
            effect.doubt, code: "exec-failed",
            message: "exec: \(safeText(command[0])): \(ended.explanationWithoutSecrets)")
    }
}
