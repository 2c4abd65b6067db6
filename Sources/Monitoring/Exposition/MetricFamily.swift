/// A metric: what it is called, what it means, and what its series are told apart by.
public struct MetricFamily: Sendable, Hashable {
    /// How its values are to be read.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A value that goes up and down.
        case gauge
        /// A sum that only grows; its series end with `_total`.
        case counter
        /// How often something took how long.
        case histogram
        /// Labels alone; its value is 1, and its series ends with `_info`.
        case info
    }

    /// The name without the ending that its kind adds, such as `holdover_runs`.
    public let name: String
    /// How its values are to be read.
    public let kind: Kind
    /// The base unit, which the name ends with; nil for a bare number.
    public let unit: String?
    /// The names of its labels, in the order of its samples.
    public let labels: [String]
    /// What it means: one line, without a full stop.
    public let help: String

    /// A metric.
    init(
        _ name: String, _ kind: Kind, unit: String? = nil, labels: [String] = [], _ help: String
    ) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.labels = labels
        self.help = help
    }

    /// The name that people ask for, with the ending that its kind adds.
    public var seriesName: String {
        switch kind {
        case .gauge, .histogram: name
        case .counter: "\(name)_total"
        case .info: "\(name)_info"
        }
    }

    /// The cells of its row in the documentation.
    public var cells: [String] {
        [
            "`\(seriesName)`", kind.rawValue,
            labels.isEmpty ? "" : labels.map { "`\($0)`" }.joined(separator: ", "), help,
        ]
    }

    /// The header of that table.
    public static let header = ["Metric", "Kind", "Labels", "Meaning"]
}
