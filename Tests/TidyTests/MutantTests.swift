import Foundation
import Testing

/// The bugs of `make mutants`: that each can still be put in, which takes hours to find out there.
struct MutantTests {
    /// Paragraph by paragraph, what its lines say.
    private static func mutants() throws -> [[String: String]] {
        try ["adapters", "client", "engine"].flatMap { page in
            let place = Tree.root.appending(path: "Tests/Mutants/\(page).txt")
            return try String(contentsOf: place, encoding: .utf8)
                .split(separator: /\n\n+/).map { paragraph in
                    let lines = paragraph.split(separator: "\n").map { line in
                        line.split(separator: ": ", maxSplits: 1).map(String.init)
                    }
                    return Dictionary(
                        lines.map { ($0[0], $0.count > 1 ? $0[1] : "") },
                        uniquingKeysWith: { first, _ in first })
                }
        }
    }

    @Test func `each stands where it can be put in, and has somebody to catch it`() throws {
        let mutants = try Self.mutants()
        #expect(mutants.count > 100)
        for mutant in mutants {
            let name = try #require(mutant["name"])
            #expect(mutant["bug"] != nil && mutant["caught by"] != nil, "\(name)")
            let file = try String(
                contentsOf: Tree.root.appending(path: try #require(mutant["file"])), encoding: .utf8
            )
            let text = try #require(mutant["text"]).replacing("\\n", with: "\n")
                .replacing("\\_", with: " ")
            #expect(file.ranges(of: text).count == 1, "\(name): its text doesn't stand there once")
        }
    }

    @Test func `no two have one name`() throws {
        let names = try Self.mutants().compactMap { $0["name"] }
        #expect(Set(names).count == names.count)
    }
}
