/// How long things may be.
enum LengthRules {
    static let all = [functions, files, columns]

    static let functions = Rule(
        name: "a function has at most 70 lines",
        bad: [
            (
                "Sources/Plans/A.swift",
                "func a(\n    b: Int = { 1 }()\n)\n    -> Int\n{\n"
                    + String(repeating: "    b()\n", count: 70) + "}\n"
            ),
            ("Sources/Plans/A.swift", "init?() {" + String(repeating: "\n", count: 71) + "}"),
        ],
        good: [
            (
                "Sources/Plans/A.swift",
                "protocol A {\n    func a() -> Int\n    func b(c: Int)\n}\nstruct B {\n"
                    + String(repeating: "    let b = \"{\"\n", count: 80) + "}\n"
            ),
            ("Sources/Plans/A.swift", "func a() {\n" + String(repeating: "\n", count: 68) + "}"),
        ]
    ) { file in
        FunctionLengths(of: file).found.filter { $0.length > 70 }.map {
            file.problem($0.line, "a function of \($0.length) lines: cut it at its own seams to 70")
        }
    }

    static let files = Rule(
        name: "a source has at most 400 lines, a test 600",
        bad: [
            ("Sources/Plans/A.swift", String(repeating: "\n", count: 401)),
            ("Tests/PlansTests/A.swift", String(repeating: "\n", count: 601)),
        ],
        good: [("Tests/PlansTests/A.swift", String(repeating: "\n", count: 600))]
    ) { file in
        let limit = file.path.hasPrefix("Sources/") ? 400 : 600
        guard file.lines.count > limit else { return [] }
        return [file.problem(limit, "\(file.lines.count) lines: move a type out, \(limit) will do")]
    }

    static let columns = Rule(
        name: "a line has at most 100 columns",
        bad: [("Sources/Plans/A.swift", String(repeating: "é", count: 101))],
        good: [("Sources/Plans/A.swift", String(repeating: "é", count: 100))]
    ) { file in
        file.lines.enumerated().filter { $0.element.count > 100 }.map {
            file.problem($0.offset, "\($0.element.count) columns: break the line, make format")
        }
    }
}
