import Foundation
import ProcessTesting
import Testing

/// Files of the project that are made from the code, or that the code must accept.
struct GeneratedFileTests {
    private var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    @Test func `the schema of plans and the tables of the pages are what the command writes`()
        async throws
    {
        try await Workbench.open { bench in
            let folder = "Sources/RotationCore/RotationCore.docc"
            try bench.directory(folder)
            let pages = try ["Alerts", "Servers", "Stores", "Monitoring"].map { name in
                let page = "\(folder)/\(name).md"
                let text = try String(contentsOf: root.appending(path: page), encoding: .utf8)
                let parts = text.split(separator: /<!-- (made by generate-docs|end) -->\n/)
                try #require(parts.count == 3, "\(page) has no marks")
                try bench.write(text.replacing(parts[1], with: "| stale |\n"), to: page)
                return (name: page, text: text)
            }
            try bench.directory("plans")
            let made = try await HoldoverProcess(on: bench).run([
                "generate-docs", "--root", bench.path,
            ])
            #expect(made.exit == 0, "\(made)")
            for schema in ["plans/plan.schema.json", "plans/alerts.schema.json"] {
                let committed = try String(
                    contentsOf: root.appending(path: schema), encoding: .utf8)
                #expect(try bench.read(schema) == committed, "run: holdover generate-docs")
            }
            for page in pages {
                #expect(try bench.read(page.name) == page.text, "run: holdover generate-docs")
            }
        }
    }

    @Test func `every example is a plan`() async throws {
        let folder = root.appending(path: "plans/examples").path
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".yaml") }
        #expect(!names.isEmpty)
        try await Workbench.open { bench in
            for name in names {
                let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                let path = try bench.write(text, to: "plans/\(name)")
                let outcome = try await HoldoverProcess(on: bench).run(["check", "--static", path])
                #expect(outcome.exit == 0 && outcome.errors.isEmpty, "\(outcome)")
            }
        }
    }
}
