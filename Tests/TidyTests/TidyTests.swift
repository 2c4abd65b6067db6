import Foundation
import Testing

/// Style as a unit test: reads the tree, and each message names the cure.
struct TidyTests {
    @Test(arguments: Rule.all) func `the tree keeps the rule`(rule: Rule) throws {
        for file in try Tree.swiftFiles() {
            for problem in rule.problems(file) { Issue.record("\(problem)") }
        }
    }

    @Test(arguments: Rule.all) func `the rule notices what breaks it`(rule: Rule) {
        #expect(!rule.bad.isEmpty && !rule.good.isEmpty)
        for (path, text) in rule.bad {
            let problems = rule.problems(SourceFile(path: path, text: text))
            #expect(!problems.isEmpty, "\(path): \(text)")
            #expect(problems.allSatisfy { $0.hasPrefix("\(path):") && $0.contains(": ") })
        }
        for (path, text) in rule.good {
            #expect(rule.problems(SourceFile(path: path, text: text)) == [], "\(path): \(text)")
        }
    }

    @Test func `the whole tree is read`() throws {
        let paths = Set(try Tree.swiftFiles().map(\.path))
        #expect(paths.contains("Sources/RotationCore/Machine/Phase.swift"))
        #expect(paths.contains("Tests/TidyTests/TidyTests.swift"))
        #expect(!paths.contains { $0.hasPrefix(".build") })
    }

    @Test func `every exception is one that still stands in the tree`() throws {
        let paths = try Tree.swiftFiles().map(\.path)
        let lists = [
            Allowed.plaintext, Allowed.printing, Allowed.chance, Allowed.families,
            Allowed.machinePaths,
        ]
        for place in lists.joined() where place.hasSuffix(".swift") {
            #expect(paths.contains(place), "\(place) is gone: take it out of Allowed")
        }
    }

    @Test func `every page has one title`() throws {
        for page in try Tree.pages() {
            let titles = Self.titles(in: page)
            #expect(
                titles == 1, "\(page.path): \(titles) lines begin with `# `: keep one, at the top")
        }
    }

    @Test func `titles in code blocks don't count`() {
        let count = { Self.titles(in: SourceFile(path: "a.md", text: $0)) }
        #expect(count("# One\n```\n# a comment\n```\n## Two") == 1)
        #expect(count("# One\n\n# Two") == 2)
        #expect(count("One") == 0)
    }

    private static func titles(in page: SourceFile) -> Int {
        var isCode = false
        return page.lines.count { line in
            if line.hasPrefix("```") { isCode.toggle() }
            return !isCode && line.hasPrefix("# ")
        }
    }

    @Test func `code is told from comments and strings`() {
        let masks = Masks(
            of: """
                let a = "x\\"y \\(f("z", g(1))) w" // c "d"
                let b = #"r"\\(h)"# + `raw name`; /* n /* m */ o */ i()
                """)
        let words = { (text: String) in text.split { !$0.isLetter && !$0.isNumber } }
        #expect(words(masks.code) == ["let", "a", "f", "g", "1", "let", "b", "i"])
        #expect(words(masks.comments) == ["c", "d", "n", "m", "o"])
    }
}
