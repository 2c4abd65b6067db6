import Foundation
import RotationCore

extension Instant {
    /// RFC 3339 in UTC, to the second: `2026-11-23T15:00:00Z`.
    var utc: String {
        let (days, rest) = Self.floor(milliseconds / 1_000, by: 86_400)
        let (year, month, day) = Self.date(daysSince1970: days)
        return String(
            format: "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day, rest / 3_600,
            rest / 60 % 60, rest % 60)
    }

    /// How far off, for people: `in 5m`, `12s ago`, `now`.
    func relative(to now: Instant) -> String {
        let distance = max(since(now).milliseconds, -.max)
        if abs(distance) < 1_000 { return "now" }
        let words = Span(milliseconds: abs(distance)).rough
        return distance > 0 ? "in \(words)" : "\(words) ago"
    }

    private static func floor(_ value: Int64, by unit: Int64) -> (Int64, Int64) {
        let rest = ((value % unit) + unit) % unit
        return ((value - rest) / unit, rest)
    }

    /// The civil date, by Howard Hinnant's `civil_from_days`.
    private static func date(daysSince1970 days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let (era, dayOfEra) = floor(shifted, by: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Span {
    /// Two units at most, rounded down: `3h12m`, `5d4h`, `42s`.
    var rough: String {
        let seconds = milliseconds / 1_000
        let units: [(Int64, String)] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")]
        guard let first = units.firstIndex(where: { seconds >= $0.0 }) else {
            return "\(milliseconds)ms"
        }
        let whole = seconds / units[first].0
        let rest = seconds % units[first].0
        var text = "\(whole)\(units[first].1)"
        if first + 1 < units.count, rest / units[first + 1].0 > 0 {
            text += "\(rest / units[first + 1].0)\(units[first + 1].1)"
        }
        return text
    }
}
