import Testing

@testable import Adapters

@Suite struct YAMLDocumentTests {
    private static let values: [DocumentFrame.Value] = [
        .init("plain"), .init("two words"), .init("it's", "'it''s'"), .init("'", "''''"),
        .init("x", "'x'"), .init("A \"b\" \\", "\"A \\\"b\\\" \\\\\""), .init("ümläut \u{1F511}"),
        .init("\t", "\"\\t\""), .init("é", "\"\\xe9\""), .init("a#b:c"), .init("12ab"),
        .init("", "''"), .init("", "~"),
    ]

    /// Lines in which the field isn't, though it may look so.
    private static func decoy(_ number: Int, _ chance: inout SeededChance) -> [String] {
        let key = "k\(number)"
        return chance.pick([
            ["\(key): plain # field: no"], ["\(key): 'it''s'"], ["\(key): \"a\\tfield: b\""],
            ["\(key): |", "  field: no", "  more"], ["\(key): >-", "  folded", "", "  text"],
            ["\(key): &a\(number) [1, 2]", "l\(number): *a\(number)"],
            ["\(key): {x: {y: z}, field: q}"], ["\(key):", "  - a", "  - field: b"],
            ["# field: comment"], [""], ["\(key): !custom x"], ["\"k \(number)\": ümläut"],
            ["\(key): several", "  lines"], ["? \(key)", ": value"], ["\(key):"], ["\(key): 0x1F"],
            ["\(key): {", "    field: x, y: [", "    field] }"],
        ])
    }

    /// The lines of a mapping with the field `depth` mappings below, among others.
    private static func mapping(_ depth: Int, _ chance: inout SeededChance) -> [String] {
        let key = chance.pick(["field", "'field'", "\"field\"", "\"f\\x69eld\""])
        let gap = chance.pick([" ", "   "])
        var field: [String]
        switch (depth, chance.below(4)) {
        case (1, 0): return ["{a: 1, \(key):\(gap)<@>, field2: x}"]
        case (1, 1): return ["{\(key):\(gap)<@>}"]
        case (1, _): field = ["\(key):\(gap)<@>" + chance.pick(["", "", "  ", " # a comment"])]
        default:
            let inner = mapping(depth - 1, &chance)
            let indent = String(repeating: " ", count: 1 + chance.below(4))
            field =
                inner[0].hasPrefix("{")
                ? ["\(key): \(inner[0])"]
                : ["\(key):"] + inner.map { $0.isEmpty ? "" : indent + $0 }
        }
        var parts = (0..<chance.below(5)).map { decoy($0, &chance) }
        parts.insert(field, at: chance.below(parts.count + 1))
        return Array(parts.joined())
    }

    /// A document, and a value that stands in it.
    static func example(_ chance: inout SeededChance) -> (DocumentFrame, DocumentFrame.Value) {
        let depth = 1 + chance.below(3)
        let end = chance.pick(["\n", "\r\n"])
        let head = chance.pick([
            "", "\u{FEFF}", "---\(end)", "# field: x\(end)", "%YAML 1.1\(end)---\(end)",
        ])
        let text = head + mapping(depth, &chance).joined(separator: end) + chance.pick(["", end])
        let frame = DocumentFrame(
            YAMLDocument.self, text, Array(repeating: "field", count: depth))
        return (frame, chance.pick(values))
    }

    @Test(arguments: 0..<400) func `only the bytes of the field change in a YAML document`(
        seed: Int
    ) throws {
        var chance = SeededChance(seed)
        let (frame, old) = Self.example(&chance)
        let secret = chance.secret()
        let quote = old.spelled.first.flatMap { "'\"".contains($0) ? String($0) : nil } ?? ""
        try frame.exchange(old, for: .init(secret, quote + secret + quote))
    }

    @Test(arguments: [
        "<@>", "{a: {s: <@>, b: c}, d: [s]}", "- <@>\n- x\n", "a: 1\ns:  <@>  # c\n",
    ])
    func `every character can be written, whatever the quotes`(text: String) throws {
        let path = ["<": [], "{": ["a", "s"], "-": ["0"], "a": ["s"]][text.prefix(1)] ?? []
        let frame = DocumentFrame(YAMLDocument.self, text, path)
        for old in ["plain", "'single'", "\"double\""] {
            for sign in DocumentFrame.printable {
                for value in ["a\(sign)b", "\(sign)ab", "ab\(sign)", sign, "a \(sign) b"] {
                    #expect(try frame.takes(value, for: old), "\(value) for \(old)")
                }
            }
            #expect(try frame.takes(DocumentFrame.printable.joined(), for: old))
            for value in ["a\nb", "\t", "\u{7F}", "\u{85}", "\u{2028}", "\u{FEFF}x", "é\u{1F511}"] {
                let isTaken = try frame.takes(value, for: old)
                #expect(isTaken == (old != "'single'" || value == "é\u{1F511}"), "\(value)")
            }
        }
    }

    @Test(arguments: [
        "12", "-0x1F", "1e5", "1_000", ".5", "1:30", "0b11", "0o7", "true", "NO", "y", "null", "~",
        ".inf", "-.NaN", "2001-12-14", "2001-12-14t21:59:43", "<<", "=", "12e03",
    ])
    func `what some reader takes for a number or a word gets quotes`(value: String) throws {
        let frame = DocumentFrame(YAMLDocument.self, "a: <@> # c\n", ["a"])
        try frame.exchange(.init("old"), for: .init(value, "'\(value)'"))
        let code = DocumentFrame.refusal(YAMLDocument.self, "a: \(value)\n", ["a"])
        #expect(code == (["null", "~"].contains(value) ? nil : "not-a-string"))
    }

    @Test(
        arguments: [
            ("a: !!str old", "ambiguous"), ("a: ! old", "ambiguous"), ("!t {a: old}", "ambiguous"),
            ("!!str a: old", "ambiguous"), ("a: &x old", "ambiguous"), ("&x {a: old}", "ambiguous"),
            ("b: &x old\na: *x", "ambiguous"), ("b: &x a\n*x : old\na: q", "ambiguous"),
            ("b: &x {a: old}\n<<: *x", "ambiguous"), ("a: old\na: old", "ambiguous"),
            ("a: old\n\"\\x61\": old", "ambiguous"), ("---\na: old\n---\nb: 1", "ambiguous"),
            ("a: |\n  old", "multi-line"), ("a: >-\n  old", "multi-line"),
            ("a: old\n  old", "multi-line"), ("a: 'old\n  old'", "multi-line"),
            ("a: \"old\\\n  old\"", "multi-line"), ("a: [old]", "not-a-string"),
            ("a: {b: old}", "not-a-string"), ("a: 1", "not-a-string"), ("a: no", "not-a-string"),
            ("a: old: old", "malformed"), ("a: 'old", "malformed"), ("\ta: old", "malformed"),
            ("a: old\n b: old\n", "malformed"),
            ("[old]", "field-missing"), ("old", "field-missing"),
            ("{a}", "unrepresentable"), (String(repeating: "[", count: 65), "malformed"),
        ])
    func `what isn't clear is refused`(text: String, code: String) {
        #expect(DocumentFrame.refusal(YAMLDocument.self, text, ["a"]) == code)
    }

    @Test func `names, tags and repetitions elsewhere are no matter`() throws {
        let text = "x: &n !t {a: 1, a: 2}\ny: *n\nb: {<<: *n, s: <@>}\nz: |\n  b\n"
        try DocumentFrame(YAMLDocument.self, text, ["b", "s"]).exchange(
            .init("old"), for: .init("new"))
    }

    @Test func `sequences are gone through by index`() throws {
        let text = "l:\n- x\n-\n  - {s: no}\n  - s: <@>\n"
        try DocumentFrame(YAMLDocument.self, text, ["l", "1", "1", "s"]).exchange(
            .init("old", "\"old\""), for: .init("new", "\"new\""))
        for path in [["l", "2"], ["l", "01"], ["l", "-1"], ["l", "x"], ["l", "1", "5", "s"]] {
            let found = try YAMLDocument(reading: Array(text.utf8)).text(at: path)
            #expect(found == nil, "\(path)")
        }
    }

    @Test(
        arguments: [
            ("", ["s"], "s: \"new\"\n"), ("# c", ["s"], "# c\ns: \"new\"\n"),
            ("a: 1 # c", ["s"], "a: 1 # c\ns: \"new\""),
            ("a: 1\r\n", ["s"], "a: 1\r\ns: \"new\"\r\n"),
            (
                "a:\n    b: [1,\n  2] # c\nd: 1\n", ["a", "s"],
                "a:\n    b: [1,\n  2] # c\n    s: \"new\"\nd: 1\n"
            ),
            ("\u{FEFF}- a:\n    x\n- b\n", ["0", "s"], "\u{FEFF}- a:\n    x\n  s: \"new\"\n- b\n"),
            ("{}", ["s"], "{\"s\": \"new\"}"), ("{ a: 1 }", ["s"], "{ a: 1, \"s\": \"new\" }"),
            ("s:\n", ["s"], "s: new\n"), ("s: # c\n", ["s"], "s: new # c\n"),
            ("é:\n  b:\n", ["é", "b"], "é:\n  b: new\n"),
            ("a: 1", ["true"], "a: 1\n\"true\": \"new\""),
            ("a: |\n  x\n", ["s"], nil), ("a: 1\n", ["b", "s"], nil), ("a: x\n", ["a", "s"], nil),
        ] as [(String, [String], String?)])
    func `a field that is missing is added where it belongs`(
        text: String, path: [String], after: String?
    ) {
        #expect(DocumentFrame.set(YAMLDocument.self, text, path) == after)
    }
}
