import RotationCore

/// A consumer that reports by writing lines to a file.
struct FileReporter: AdoptionReporter {
    private let path: String

    static let descriptor = AdapterDescriptor(
        type: "file", summary: "the last line of a file that the consumer writes",
        settings: [
            SettingDescriptor("path", .path, required: true, summary: "the file, as absolute path")
        ], evidence: .fingerprint)

    let source = EvidenceClass.fingerprint

    init(_ target: TargetSettings) throws(AdapterError) {
        path = try Settings(target).absolutePath("path")
    }

    func report(since: Instant?) async throws(AdapterError) -> ConsumerReport? {
        // Reports are appended, so the file may be long.
        guard let tail = try FileTail.read(path, upTo: ReportLine.cap) else { return nil }
        return try ReportLine.read(tail)
    }
}
