import RotationCore

/// The line by which a consumer says which secret it uses:
/// `holdover-adoption-v1 2026-11-23T15:04:05Z 0123456789abcdef0123456789abcdef`, and where it holds
/// a candidate too, the fingerprint of that behind it.
enum ReportLine {
    /// How much of a report is read.
    static let cap = 64 * 1024

    /// Reads the last line that isn't empty; nil where there is none.
    static func read(_ bytes: [UInt8]) throws(AdapterError) -> ConsumerReport? {
        try parse(bytes).map { .fingerprint($0) }
    }

    /// The last line that isn't empty; nil where there is none.
    ///
    /// Anything but exactly that form is refused: half a line is no evidence.
    static func parse(_ bytes: [UInt8]) throws(AdapterError) -> AdoptionReport? {
        let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let isBlank = { (line: ArraySlice<UInt8>) in line.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
        guard let line = lines.last(where: { !isBlank($0) }) else { return nil }
        let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard (3...4).contains(words.count), words[0] == "holdover-adoption-v1",
            let at = Instant(rfc3339: words[1]), words.dropFirst(2).allSatisfy(isFingerprint)
        else {
            throw AdapterError(
                .refused, code: "report-malformed",
                // The line isn't repeated: nobody knows what a consumer wrote there.
                message: "report: the last line is not an adoption report")
        }
        return AdoptionReport(
            spelledAt: words[1], at: at, fingerprint: words[2],
            candidate: words.count == 4 ? words[3] : nil)
    }

    private static func isFingerprint(_ text: String) -> Bool {
        text.utf8.count == 32
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
