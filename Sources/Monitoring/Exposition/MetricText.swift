import RotationCore

/// A text that monitoring systems read.
public enum MetricFormat: Sendable, Hashable, CaseIterable {
    /// OpenMetrics 1.0.
    case openMetrics
    /// Prometheus' own text format 0.0.4, the only one that the textfile collector of node_exporter
    /// takes: it knows no kind `info`, and would read the counters of OpenMetrics as untyped.
    case prometheus
}

/// One value of a metric.
struct MetricSample: Sendable, Hashable {
    /// What the name ends with beyond its family's: `_bucket`, `_sum`, `_count`.
    var ending = ""
    /// The values of the family's labels, in its order.
    let values: [String]
    /// The bound of a bucket.
    var bound: String?
    let value: Double

    init(_ value: Double, _ values: String...) {
        self.value = value
        self.values = values
    }

    init(_ value: Double, values: [String], ending: String = "", bound: String? = nil) {
        (self.value, self.values, self.ending, self.bound) = (value, values, ending, bound)
    }
}

/// Metrics in one of the formats, family by family.
struct MetricText {
    private let format: MetricFormat
    private(set) var lines: [String] = []

    init(_ format: MetricFormat) { self.format = format }

    /// Adds a whole family; a family without samples says only what it is.
    mutating func add(_ family: MetricFamily, _ samples: [MetricSample]) {
        let name = format == .openMetrics ? family.name : family.seriesName
        let kind =
            format == .prometheus && family.kind == .info ? MetricFamily.Kind.gauge : family.kind
        lines.append("# TYPE \(name) \(kind.rawValue)")
        if format == .openMetrics, let unit = family.unit { lines.append("# UNIT \(name) \(unit)") }
        lines.append("# HELP \(name) \(escapedHelp(family.help))")
        for sample in samples {
            var pairs = zip(family.labels, sample.values).map { "\($0)=\"\(Self.escaped($1))\"" }
            if let bound = sample.bound { pairs.append("le=\"\(bound)\"") }
            let labels = pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
            let value = Self.number(sample.value)
            lines.append("\(family.seriesName)\(sample.ending)\(labels) \(value)")
        }
    }

    /// The text, with the line that says that nothing is missing where the format has one.
    var text: String {
        (lines + (format == .openMetrics ? ["# EOF"] : [])).map { "\($0)\n" }.joined()
    }

    /// A label's value: nothing that a terminal obeys, and the three that end a value early.
    static func escaped(_ value: String) -> String {
        safeText(value, limit: .max).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }

    private func escapedHelp(_ help: String) -> String {
        let escaped = help.replacing("\\", with: "\\\\")
        return format == .openMetrics ? escaped.replacing("\"", with: "\\\"") : escaped
    }

    /// A whole number without its point, as people read it; others as exactly as they are known.
    static func number(_ value: Double) -> String {
        guard value == value.rounded(), abs(value) < 1e15 else { return "\(value)" }
        return "\(Int64(value))"
    }
}
