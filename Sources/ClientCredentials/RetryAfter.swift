import FoundationEssentials

/// The `Retry-After` field: seconds or a date (RFC 9110 §10.2.3), a day at most.
enum RetryAfter {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func parse(_ text: String, now: Date) -> Duration? {
        let day = 86_400
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(min(Int(text) ?? day, day))
        }
        guard let moment = date(text) else { return nil }
        let seconds = moment.timeIntervalSince(now).rounded(FloatingPointRoundingRule.up)
        return .seconds(min(max(Int(seconds), 0), day))
    }

    /// The one format that servers may still send: `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func date(_ text: String) -> Date? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT",
            let month = months.firstIndex(of: String(words[2]))
        else { return nil }
        let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
        return try? Date("\(words[3])-\(number)-\(words[1])T\(words[4])Z", strategy: .iso8601)
    }
}
