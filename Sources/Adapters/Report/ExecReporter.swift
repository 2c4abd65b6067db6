import RotationCore

/// A consumer whose report a command prints: `kubectl exec`, `ssh`, a look into a log.
struct ExecReporter: AdoptionReporter {
    private let command: [String]
    private let timeout: Span

    static let descriptor = AdapterDescriptor(
        type: "exec", summary: "the last line that a command prints",
        settings: [
            .command("command"),
            SettingDescriptor(
                "timeout", .span,
                summary: "how long the command may run before it is killed; 30s if left out"),
        ], evidence: .fingerprint)

    let source = EvidenceClass.fingerprint

    init(_ target: TargetSettings) throws(AdapterError) {
        let settings = Settings(target)
        command = try settings.command()
        timeout = try settings.span("timeout", default: .seconds(30))
    }

    func report(since: Instant?) async throws(AdapterError) -> ConsumerReport? {
        let outcome = await ChildProcess(
            command: command, deadline: timeout, cap: ReportLine.cap
        ).run()
        guard outcome.ending == .exited(0) else {
            throw AdapterError(
                .unavailable(retryAfter: nil), code: "report-unreadable",
                message: "report: \(safeText(command[0])): \(outcome.explanation)")
        }
        guard !outcome.isCut else {
            throw AdapterError(
                .refused, code: "report-too-long",
                message: "report: \(safeText(command[0])) printed more than \(ReportLine.cap) bytes"
            )
        }
        return try ReportLine.read(outcome.output)
    }
}
