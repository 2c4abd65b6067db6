import Foundation
import Testing

@testable import Monitoring

/// Rules, dashboard and documentation against what there is.
struct ShippedFileTests {
    /// Every name that a query can find.
    private static let known = Set(
        MetricFamily.all.flatMap { family in
            family.kind == .histogram
                ? ["_bucket", "_sum", "_count"].map { family.name + $0 } : [family.seriesName]
        })

    @Test func `rules and dashboard ask for metrics that there are`() throws {
        for file in [ShippedFiles.rules, ShippedFiles.ruleTests, ShippedFiles.dashboard] {
            let asked = ShippedFiles.metrics(in: try ShippedFiles.text(file))
            #expect(asked.count > 10)
            #expect(asked.subtracting(Self.known) == [], "\(file.lastPathComponent)")
        }
    }

    @Test func `what they ask for is in a text, to the letter`() throws {
        let text = SamplePage.page().text(.prometheus)
        let there = OpenMetricsReader(text, endsWithMark: false).samples.map(\.name)
        for file in [ShippedFiles.rules, ShippedFiles.dashboard] {
            let asked = ShippedFiles.metrics(in: try ShippedFiles.text(file))
            #expect(asked.subtracting(there) == [], "\(file.lastPathComponent)")
        }
    }

    @Test func `labels that they ask for are labels of those metrics`() throws {
        let all = try [ShippedFiles.rules, ShippedFiles.dashboard].map(ShippedFiles.text).joined()
        let selectors = all.replacing("\\\"", with: "\"").replacing("\n", with: " ")
            .matches(of: /\b(holdover_[a-z_]+)\{([^}]*)\}/)
        #expect(selectors.count > 10)
        for selector in selectors {
            let family = MetricFamily.all.first { String(selector.1).hasPrefix($0.name) }
            let labels = String(selector.2).matches(of: /([a-z_]+)\s*[=!]/).map { String($0.1) }
            let own = Set(
                MetricFamily.all.filter { String(selector.1).hasPrefix($0.name) }
                    .flatMap(\.labels))
            #expect(family != nil && Set(labels).subtracting(own).subtracting(["instance"]) == [])
        }
    }

    @Test func `every metric has a row in the documentation, and every name there is a metric`()
        throws
    {
        let page = try ShippedFiles.text(ShippedFiles.page)
        for family in MetricFamily.all {
            #expect(page.contains("| \(family.cells.joined(separator: " | ")) |\n"))
        }
        let known = Self.known.union(MetricFamily.all.map(\.seriesName))
        #expect(ShippedFiles.metrics(in: page).subtracting(known) == [])
        for alert in try ShippedFiles.alerts() { #expect(page.contains("`\(alert.name)`")) }
    }

    @Test func `every alert says what, what that means and what to type`() throws {
        let alerts = try ShippedFiles.alerts()
        #expect(alerts.count == Set(alerts.map(\.name)).count && alerts.count > 10)
        for alert in alerts {
            #expect(alert.name.hasPrefix("Holdover"))
            for part in ["summary: ", "description: ", "runbook: ", "severity: "] {
                #expect(alert.lines.contains(part), "\(alert.name): no \(part)")
            }
            let runbook = alert.lines.split(separator: "runbook: ").last ?? ""
            #expect(runbook.contains("holdover "), "\(alert.name): nothing to type")
        }
    }

    @Test func `the dashboard is one that Grafana loads, and no two panels share a place`() throws {
        struct Dashboard: Decodable {
            struct Panel: Decodable {
                struct Place: Decodable { let x, y, w, h: Int }
                struct Target: Decodable { let expr: String }
                let id: Int
                let type, title: String
                let gridPos: Place
                let targets: [Target]?
            }
            let title, uid: String
            let schemaVersion: Int
            let panels: [Panel]
        }
        let data = try Data(contentsOf: ShippedFiles.dashboard)
        let board = try JSONDecoder().decode(Dashboard.self, from: data)
        #expect(board.uid == "holdover" && board.schemaVersion >= 36)
        #expect(Set(board.panels.map(\.id)).count == board.panels.count)
        var cells: [String: String] = [:]
        for panel in board.panels {
            #expect(!panel.title.isEmpty && (panel.type == "row") == (panel.targets ?? []).isEmpty)
            let place = panel.gridPos
            #expect(place.x >= 0 && place.x + place.w <= 24)
            for x in place.x..<place.x + place.w {
                for y in place.y..<place.y + place.h {
                    let other = cells.updateValue(panel.title, forKey: "\(x),\(y)")
                    #expect(other == nil, "\(panel.title) lies on \(other ?? "")")
                }
            }
        }
    }
}
