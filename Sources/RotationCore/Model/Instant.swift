/// A moment in UTC, to the millisecond.
public struct Instant: Sendable, Hashable, Codable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// The moment `milliseconds` after the epoch.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Encoded as the bare number, so that the journal's JSON stays small.
    public init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    /// The bare number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    /// Earlier is less.
    public static func < (left: Self, right: Self) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The moment `span` later; the last moment that there is where that would be past it.
    public static func + (moment: Self, span: Span) -> Self {
        let (sum, isOver) = moment.milliseconds.addingReportingOverflow(span.milliseconds)
        return Instant(milliseconds: isOver ? (span.milliseconds < 0 ? .min : .max) : sum)
    }

    /// The time from `earlier` to this moment; negative if it is later.
    public func since(_ earlier: Self) -> Span {
        let (rest, isOver) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return Span(milliseconds: isOver ? (milliseconds < 0 ? .min : .max) : rest)
    }
}

/// A length of time, in whole milliseconds, as plans spell it: `90s`, `30d`.
public struct Span: Sendable, Hashable, Codable, Comparable {
    /// The length; may be negative.
    public let milliseconds: Int64

    /// A length in milliseconds.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// A length in whole seconds, which may come from a server: what is too long to be counted
    /// becomes the longest.
    public static func seconds(_ count: Int64) -> Span {
        let (product, isOver) = count.multipliedReportingOverflow(by: 1_000)
        return Span(milliseconds: isOver ? (count < 0 ? .min : .max) : product)
    }
    /// A length in whole minutes.
    public static func minutes(_ count: Int64) -> Span { .seconds(count * 60) }
    /// A length in whole hours.
    public static func hours(_ count: Int64) -> Span { .minutes(count * 60) }
    /// No time at all.
    public static let zero = Span(milliseconds: 0)

    /// Encoded as the bare number of milliseconds.
    public init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    /// The bare number of milliseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    /// Shorter is less.
    public static func < (left: Self, right: Self) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// Reads `250ms`, `90s`, `15m`, `4h`, `30d`; nil for anything else, the bare number included.
    public init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let factors: [String: Int64] = [
            "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
        ]
        guard let count = Int64(digits), let factor = factors[String(text.dropFirst(digits.count))]
        else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        milliseconds = product
    }
}

extension Span: CustomStringConvertible {
    /// The largest unit that divides the length: `90s`, `36h`, `2d`.
    public var description: String {
        let units: [(Int64, String)] = [
            (86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"),
        ]
        guard
            let (factor, unit) = units.first(where: {
                milliseconds != 0 && milliseconds % $0.0 == 0
            })
        else { return milliseconds == 0 ? "0s" : "\(milliseconds)ms" }
        return "\(milliseconds / factor)\(unit)"
    }
}

/// A reading of the clock that nobody can set: it counts from boot and goes on through suspend.
public struct BootReading: Sendable, Hashable, Codable {
    /// Which boot; readings of different boots can't be compared.
    public let bootID: String
    /// Milliseconds since that boot (CLOCK_BOOTTIME).
    public let milliseconds: Int64

    /// A reading.
    public init(bootID: String, milliseconds: Int64) {
        self.bootID = bootID
        self.milliseconds = milliseconds
    }
}
