/// Words that have no place, or a place of their own.
enum WordRules {
    static let all = [banned, notes, machine, chance, plaintext, printing, paths]

    static let banned = Rule(
        name: "nothing turns the compiler's help off",
        bad: [
            ("Sources/Plans/A.swift", "let a = try! b()"),
            ("Tests/PlansTests/A.swift", "final class A: @unchecked Sendable {}"),
            ("Sources/Plans/A.swift", "nonisolated(unsafe) var a = 1"),
            ("Sources/Plans/A.swift", "let a = \"\\(fatalError())\""),
            ("Tests/PlansTests/A.swift", "@Test(.disabled()) func a() {}"),
            ("Tests/PlansTests/A.swift", "@Test(.disabled(\"flaky\")) func a() {}"),
        ],
        good: [
            ("Sources/Plans/A.swift", "// try! is banned\nlet a = \"fatalError(\""),
            ("Tests/PlansTests/A.swift", "@Test(.disabled(if: isBare, \"needs a\")) func a() {}"),
        ]
    ) { file in
        find(
            [
                "try!": "throw it on, or handle it",
                "@unchecked Sendable": "use an actor, a Mutex or a value",
                "nonisolated(unsafe)": "use an actor, a Mutex or a value",
                "fatalError(": "throw, or make the state impossible",
                ".disabled()": "mend the test, or take it out",
                ".disabled( ": "mend the test, or say `.disabled(if:` and when",
            ], in: file.code, of: file)
    }

    static let notes = Rule(
        name: "nothing is left to be done later",
        bad: [
            ("Sources/Plans/A.swift", "// TODO: later"),
            ("Tests/PlansTests/A.swift", "/* FIXME */"),
            ("Sources/Plans/A.swift", "let XXX = 1"),
        ],
        good: [("Sources/Plans/A.swift", "let a = \"TODO\"")]
    ) { file in
        let cures = ["TODO", "FIXME", "XXX"].map { ($0, "do it now, or write an issue") }
        let words = Dictionary(uniqueKeysWithValues: cures)
        return find(words, in: file.code, of: file) + find(words, in: file.comments, of: file)
    }

    static let machine = Rule(
        name: "the machine names each of its states",
        bad: [("Sources/RotationCore/Machine/A.swift", "switch a { default: 1 }")],
        good: [
            ("Sources/RotationCore/Model/A.swift", "switch a { default: 1 }"),
            ("Sources/RotationCore/Machine/A.swift", "func a(default: Int) {}"),
        ]
    ) { file in
        guard file.path.hasPrefix("Sources/RotationCore/Machine/") else { return [] }
        return file.code.enumerated().filter {
            $0.element.split(whereSeparator: { " {};".contains($0) }).contains("default:")
        }.map {
            file.problem(
                $0.offset, "name the states instead of `default:`, so that a new one stops")
        }
    }

    static let chance = Rule(
        name: "time and chance come in through the ports",
        bad: [
            ("Sources/RotationCore/A.swift", "let now = Date()"),
            ("Sources/RotationEngine/A.swift", "let now = Date.now"),
            ("Sources/RotationEngine/A.swift", "Int.random(in: 0..<9)"),
            ("Sources/Adapters/A.swift", "let id = UUID()"),
            ("Sources/RotationEngine/A.swift", "var g = SystemRandomNumberGenerator()"),
        ],
        good: [
            ("Sources/holdover/A.swift", "let now = Date()"),
            ("Sources/RotationEngine/A.swift", "let now = CandiDate()"),
        ]
    ) { file in
        let isBound = ["RotationCore", "RotationEngine", "Adapters"].contains(file.room)
        guard isBound, !file.lies(in: Allowed.chance) else { return [] }
        let cure = "take a RotationClock or a RandomSource, so that tests can replay it"
        return find(
            [
                "Date()": cure, "Date.now": cure, ".random(": cure, "UUID()": cure,
                "SystemRandomNumberGenerator": cure,
            ], in: file.code, of: file)
    }

    static let plaintext = Rule(
        name: "secrets are read where they are needed",
        bad: [
            ("Sources/holdover/A.swift", "secret.withPlaintext { $0 }"),
            ("Sources/RotationEngine/Journal/A.swift", "secret.withPlaintext { $0 }"),
        ],
        good: [
            ("Sources/RotationEngine/Sealing/A.swift", "secret.withPlaintext { $0 }"),
            ("Tests/AdaptersTests/A.swift", "secret.withPlaintext { $0 }"),
        ]
    ) { file in
        guard file.room != nil, !file.lies(in: Allowed.plaintext) else { return [] }
        return find(
            ["withPlaintext": "pass the ClientSecret on to an adapter or an effect"], in: file.code,
            of: file)
    }

    static let printing = Rule(
        name: "one place speaks to people",
        bad: [
            ("Sources/Plans/A.swift", "print(\"a\")"),
            ("Sources/holdover/Commands/A.swift", "    print()"),
        ],
        good: [
            ("Sources/holdover/Output/A.swift", "print(\"a\")"),
            ("Sources/Plans/A.swift", "fingerprint(a); let a = \"print(\""),
        ]
    ) { file in
        guard file.room != nil, !file.lies(in: Allowed.printing) else { return [] }
        return find(
            ["print(": "return the text to Sources/holdover/Output"], in: file.code, of: file)
    }

    static let paths = Rule(
        name: "no path of somebody's machine is built in",
        bad: [
            ("Sources/Plans/A.swift", "let a = \"/home/me/b\""),
            ("Sources/Demo/A.swift", "// see /tmp/x"),
        ],
        good: [("Tests/PlansTests/A.swift", "let a = \"/home/me/b\"")]
    ) { file in
        guard file.room != nil, !file.lies(in: Allowed.machinePaths) else { return [] }
        let cure = "take it as an option, or ask for the temporary directory"
        return find(["/home/": cure, "/root/": cure, "/tmp/": cure], in: file.lines, of: file)
    }

    /// Each of the words that stands in `lines` and isn't the end of a longer one.
    private static func find(
        _ words: [String: String], in lines: [Substring], of file: SourceFile
    ) -> [String] {
        lines.enumerated().flatMap { index, line in
            words.sorted { $0.key < $1.key }.compactMap { word, cure in
                guard line.utf8.count >= word.utf8.count, line.contains(word) else { return nil }
                let hits = line.ranges(of: word).filter { isWhole($0, of: word, in: line) }
                return hits.isEmpty ? nil : file.problem(index, "\(word): \(cure)")
            }
        }
    }

    private static func isWhole(
        _ range: Range<Substring.Index>, of word: String, in line: Substring
    ) -> Bool {
        guard word.first?.isLetter == true, range.lowerBound > line.startIndex else { return true }
        let before = line[line.index(before: range.lowerBound)]
        return !before.isLetter && !before.isNumber && before != "_"
    }
}
