import RotationCore

/// A reload hook that runs a command and expects exit status 0.
struct ExecHook: ReloadHook {
    private let command: [String]
    private let timeout: Span

    static let descriptor = AdapterDescriptor(
        type: "exec", summary: "runs a command, without a shell",
        settings: [
            .command("command"),
            SettingDescriptor(
                "timeout", .span,
                summary: "how long the command may run before it is killed; 30s if left out"),
        ])

    init(_ target: TargetSettings) throws(AdapterError) {
        let settings = Settings(target)
        command = try settings.command()
        timeout = try settings.span("timeout", default: .seconds(30))
    }

    func reload(_ context: ReloadContext) async throws(AdapterError) {
        let child = ChildProcess(
            command: command,
            environment: [
                "HOLDOVER_CLIENT": context.client.rawValue,
                "HOLDOVER_ROTATION": context.rotation.rawValue,
                "HOLDOVER_PHASE": context.phase.rawValue,
            ],
            deadline: timeout, cap: 4096)
        let outcome = await child.run()
        guard outcome.ending != .exited(0) else { return }
        // What ran and failed may have done a part of it.
        throw AdapterError(
            outcome.ending == .notStarted ? .unavailable(retryAfter: nil) : .unknown,
            code: "exec-failed",
            message: "exec: \(safeText(command[0])): \(outcome.explanation)")
    }
}
