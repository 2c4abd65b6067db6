import FoundationEssentials
import RotationCore

@testable import Adapters
@testable import ClientCredentials

extension FuzzTarget {
    /// Adoption reports: refused, or exactly the form that a consumer may write.
    static let reports = FuzzTarget("reports") { bytes in
        do throws(AdapterError) {
            guard let report = try ReportLine.parse(bytes) else { return nil }
            guard report.fingerprint.utf8.count == 32, report.spelledAt.hasSuffix("Z") else {
                return "a report of another form is taken"
            }
            let moment = Date(timeIntervalSince1970: Double(report.at.milliseconds) / 1_000)
            // Foundation's calendar and ours part before the Gregorian one began.
            guard report.at.milliseconds > -12_000_000_000_000 else { return nil }
            let again = AdoptionFingerprint.spell(moment)
            guard Instant(rfc3339: again) == report.at else {
                return "\(report.spelledAt) is read as \(again)"
            }
            return unseen(report.spelledAt + report.fingerprint)
        } catch { return leak(error, of: []) }
    }

    /// Foreign words on their way to people, and what plans spell by hand.
    static let texts = FuzzTarget("texts") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let shown = safeText(text, limit: 60)
        guard shown.unicodeScalars.count <= 60 else { return "more than the limit is shown" }
        if let span = Span(text), Span(span.description) != span {
            return "\(span.milliseconds) ms is spelled \(span)"
        }
        // A command's arguments are left out on purpose.
        if let reference = SecretReference(text), !text.hasPrefix("exec:"),
            SecretReference(reference.description) != reference
        {
            return "a reference reads back as another"
        }
        let clean = ErrorText.clean(text, without: ["s3cret"])
        return unseen(shown) ?? unseen(clean) ?? unseen(URLPart.segment(text))
    }
}
