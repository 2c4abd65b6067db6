import Adapters
import ArgumentParser
import Foundation
import Monitoring
import Plans
import RotationCore

/// Rewrites the files that are made from the code; a test fails where they differ.
struct GenerateDocs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rewrite the files that are made from the code.", shouldDisplay: false)

    @Option(help: "The project's folder.")
    var root = "."

    func run() throws {
        let schema = PlanSchema.json(descriptors: AdapterRegistry.descriptors)
        try schema.write(
            toFile: "\(root)/plans/plan.schema.json", atomically: true, encoding: .utf8)
        try PlanSchema.alerts(channels: AdapterRegistry.channels).write(
            toFile: "\(root)/plans/alerts.schema.json", atomically: true, encoding: .utf8)
        let pages = "\(root)/Sources/RotationCore/RotationCore.docc"
        let all = AdapterRegistry.descriptors
        try Self.fill(
            "\(pages)/Servers.md", ServerView.header, all.servers.map { ServerView($0).cells })
        try Self.fill(
            "\(pages)/Stores.md", StoreView.header, all.stores.map { StoreView($0).cells })
        try Self.fill(
            "\(pages)/Monitoring.md", MetricFamily.header, MetricFamily.all.map(\.cells))
        let settings = AdapterRegistry.channels.flatMap { channel in
            channel.settings.map { one in
                ["`\(channel.type)`", "`\(one.name)`" + (one.isRequired ? " *" : ""), one.summary]
            }
        }
        try Self.fill("\(pages)/Alerts.md", ["CHANNEL", "SETTING", "WHAT IT IS"], settings)
    }

    /// Puts the table between its two marks; a page that isn't there is left so.
    private static func fill(_ page: String, _ header: [String], _ cells: [[String]]) throws {
        guard let text = try? String(contentsOfFile: page, encoding: .utf8) else { return }
        let (start, end) = ("<!-- made by generate-docs -->\n", "<!-- end -->\n")
        guard let from = text.range(of: start), let to = text.range(of: end) else { return }
        let rows = [header.map { $0.lowercased() }, header.map { _ in "---" }] + cells
        let table = rows.map { "| \($0.joined(separator: " | ")) |\n" }.joined()
        let whole = text[..<from.upperBound] + table + text[to.lowerBound...]
        try String(whole).write(toFile: page, atomically: true, encoding: .utf8)
    }
}
