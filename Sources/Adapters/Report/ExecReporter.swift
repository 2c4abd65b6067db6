import RotationCore

/// A consumer whose report a command prints: `kubectl exec`, `ssh`, a look into a log.
struct ExecReporter: AdoptionReporter {
    private let command: [String]
    private let timeout: Span

    static let descriptor = AdapterDescriptor(
        type: "exec", summary: "the last line that a command prints",
        settings: [
            SettingDescriptor(
                "command", .texts, required: true,
                summary: "the command and its arguments, one text each; there is no shell"),
            SettingDescriptor(
                "timeout", .span,
                summary: "how long the command may run before it is killed; 30s if left out"),
        ], evidence: .fingerprint)

    let source = EvidenceClass.fingerprint

    init(_ target: TargetSettings) throws(AdapterError) {
        let settings = Settings(target)
        guard let command = try settings.texts("command"), let first = command.first,
            first.hasPrefix("/") || (!first.isEmpty && !first.contains("/"))
        else { throw settings.invalid("command", "is not a command") }
        self.command = command
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
