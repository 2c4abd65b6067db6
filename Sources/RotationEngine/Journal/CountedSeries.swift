import Foundation

/// What is counted under one name and one set of labels, over all runs together.
///
/// Never a secret, nor a text that a server or a consumer chose.
public struct CountedSeries: Sendable, Hashable {
    /// The name, such as `holdover_runs`.
    public let name: String
    /// What tells this series from others of the name.
    public let labels: [String: String]

    /// A series.
    public init(_ name: String, _ labels: [String: String]) {
        self.name = name
        self.labels = labels
    }

    /// The labels as the journal keeps them: the same text for the same labels.
    var spelledLabels: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(labels)) ?? Data("{}".utf8)
        return String(decoding: data, as: UTF8.self)
    }

    init(name: String, spelledLabels: String) throws {
        self.name = name
        labels = try JSONDecoder().decode([String: String].self, from: Data(spelledLabels.utf8))
    }
}
