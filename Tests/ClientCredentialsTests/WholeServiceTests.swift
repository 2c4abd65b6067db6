import Foundation
import Testing

@Suite struct WholeServiceTests {
    @Test func `the service on the front page is the one that is compiled here`() throws {
        let page = "../../Sources/ClientCredentials/ClientCredentials.docc/ClientCredentials.md"
        let shown = try part(of: page, from: "import Hummingbird\n\n", to: "```")
        let compiled = try part(of: "WholeService.swift", from: "async throws {\n", to: "\n}\n")
        let lines = compiled.split(separator: "\n").map { $0.dropFirst(4) }
        #expect(shown.split(separator: "\n") == lines)
        #expect(lines.count <= 20)
    }

    private func part(of file: String, from start: String, to end: String) throws -> String {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let text = try String(contentsOf: here.appending(path: file), encoding: .utf8)
        let head = try #require(text.range(of: start)).upperBound
        let tail = try #require(text.range(of: end, range: head..<text.endIndex)).lowerBound
        return String(text[head..<tail])
    }
}
