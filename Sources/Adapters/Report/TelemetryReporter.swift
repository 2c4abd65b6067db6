import RotationCore

/// A consumer whose uses of each secret the authorization server tells of.
struct TelemetryReporter: AdoptionReporter {
    private let quiet: Span

    let source = EvidenceClass.telemetry

    static let descriptor = AdapterDescriptor(
        type: "telemetry", summary: "what the server tells of the uses of each secret",
        settings: [
            SettingDescriptor(
                "quiet", .span, required: true,
                summary: "the longest time that the consumer goes without asking for a token")
        ], evidence: .telemetry)

    init(_ target: TargetSettings) throws(AdapterError) {
        let settings = Settings(target)
        quiet = try settings.span("quiet", default: .zero)
        guard quiet > .zero else { throw settings.invalid("quiet", "is no time at all") }
    }

    func report(since: Instant?) async throws(AdapterError) -> ConsumerReport? {
        .telemetry(quiet: quiet)
    }
}
