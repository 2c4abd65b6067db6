/// What files are called.
enum NameRules {
    static let all = [vague, named]

    static let vague = Rule(
        name: "a file's name says what is in it",
        bad: [
            ("Sources/Plans/StringUtils.swift", ""), ("Sources/Plans/Helpers.swift", ""),
            ("Tests/PlansTests/PlanManager.swift", ""), ("Sources/Plans/Common/A.swift", ""),
        ],
        good: [("Sources/Plans/Uncommon.swift", "")]
    ) { file in
        let words = ["Util", "Utils", "Utilities", "Helper", "Helpers", "Manager", "Common"]
        let steps = file.path.split(separator: "/").map { $0.prefix { $0 != "." } }
        return words.filter { word in steps.contains { $0.hasSuffix(word) } }.map {
            file.problem(0, "\($0) says nothing: name the file for what it does")
        }
    }

    static let named = Rule(
        name: "a file is named for a type that it declares",
        bad: [
            ("Sources/Plans/Plan.swift", "struct Planner {}"),
            ("Sources/Plans/Plan+Text.swift", "extension Planner {}"),
            ("Sources/Plans/Plan.swift", "// struct Plan\nlet plan = 1"),
        ],
        good: [
            ("Sources/Plans/Plan.swift", "public struct Plan<Value>: Sendable {}"),
            ("Sources/Plans/Plan+Text.swift", "extension Plan {}"),
            ("Sources/Plans/SafeText.swift", "func safeText() {}"),
            ("Sources/Plans/Plan.swift", "import Testing"),
            ("Tests/PlansTests/Asking.swift", "func eventually() {}"),
            ("Sources/Demo/main.swift", "run()"),
        ]
    ) { file in
        let isBound = file.room != nil && file.name != "main"
        guard isBound, !file.lies(in: Allowed.families) else { return [] }
        let hasCode = file.code.contains { line in
            !line.allSatisfy(\.isWhitespace) && !line.contains("import ")
        }
        // A file of one function is named for it too, in its own spelling.
        let names = [file.name, file.name.prefix(1).lowercased() + file.name.dropFirst()]
        guard hasCode, declarations(in: file).isDisjoint(with: names) else { return [] }
        return [file.problem(0, "declares no \(file.name): name the file for its main type")]
    }

    /// The names that follow the words for declarations.
    private static func declarations(in file: SourceFile) -> Set<Substring> {
        let words: Set<Substring> = [
            "struct", "class", "enum", "actor", "protocol", "extension", "typealias", "func",
        ]
        var names = Set<Substring>()
        for line in file.code {
            let parts = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
            for (word, name) in zip(parts, parts.dropFirst()) where words.contains(word) {
                names.insert(name)
            }
        }
        return names
    }
}
