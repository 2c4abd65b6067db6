import Foundation

/// What is shipped beside the code, and the tests of it.
enum ShippedFiles {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The alert rules.
    static let rules = root.appending(path: "Sources/Monitoring/Alerting/holdover.rules.yaml")
    /// What promtool is to find of them.
    static let ruleTests = root.appending(
        path: "Tests/MonitoringTests/Rules/holdover.rules.test.yaml")
    /// The dashboard for Grafana.
    static let dashboard = root.appending(path: "Sources/Monitoring/Dashboards/holdover.json")
    /// The documentation.
    static let page = root.appending(
        path: "Sources/RotationCore/RotationCore.docc/Monitoring.md")

    static func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

    /// A file of `Sources`.
    static func source(_ path: String) throws -> String {
        try text(root.appending(path: "Sources/\(path)"))
    }

    /// What the dashboard asks Prometheus, panel by panel.
    static func queriesOfDashboard() throws -> [String] {
        struct Board: Decodable {
            struct Panel: Decodable { let targets: [Target]? }
            struct Target: Decodable { let expr: String }
            let panels: [Panel]
        }
        let board = try JSONDecoder().decode(Board.self, from: Data(contentsOf: dashboard))
        return board.panels.flatMap { $0.targets ?? [] }.map(\.expr)
    }

    /// Everything in a text that is called as our metrics are.
    static func metrics(in text: String) -> Set<String> {
        Set(text.matches(of: /\bholdover_[a-z_]+/).map { String($0.output) })
    }

    /// The names of the rules' alerts, with the lines of each.
    static func alerts() throws -> [(name: String, lines: String)] {
        try text(rules).split(separator: "      - alert: ").dropFirst().map { part in
            (String(part.prefix { $0 != "\n" }), String(part))
        }
    }
}
