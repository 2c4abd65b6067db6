import Adapters
import ArgumentParser
import Foundation
import Plans

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
    }
}
