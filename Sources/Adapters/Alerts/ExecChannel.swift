import RotationCore

/// Runs a program of one's own with a message on its standard input.
struct ExecChannel: AlertChannel {
    private let command: [String]

    static let descriptor = AdapterDescriptor(
        type: "exec", summary: "runs a program with the message as JSON on its standard input",
        settings: [.command("program"), .minSeverity])

    init(_ target: TargetSettings) throws(AdapterError) {
        command = try Settings(target).command()
    }

    func send(_ message: AlertMessage, within deadline: Span) async throws(AdapterError)
        -> [Finding]
    {
        let child = ChildProcess(
            command: command,
            environment: [
                "HOLDOVER_ALERT": message.id, "HOLDOVER_EVENT": message.event.rawValue,
                "HOLDOVER_KIND": message.alert.kind.rawValue,
                "HOLDOVER_SEVERITY": message.alert.severity.rawValue,
            ], input: AlertBody(message: message).json + [0x0A], deadline: deadline, cap: 4_096)
        let outcome = await child.run()
        guard outcome.ending != .exited(0) else { return [] }
        throw AdapterError(
            .unavailable(retryAfter: nil), code: "exec-failed",
            message: "exec: \(safeText(command[0])): \(outcome.explanationWithoutSecrets)")
    }
}
