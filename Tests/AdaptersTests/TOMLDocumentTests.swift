import Testing

@testable import Adapters

@Suite struct TOMLDocumentTests {
    private static let values: [DocumentFrame.Value] = [
        .init("old", "\"old\""), .init("old", "'old'"), .init("", "\"\""), .init("", "''"),
        .init("a\"b\\c\td", "\"a\\\"b\\\\c\\td\""), .init("a\"b\\c", "'a\"b\\c'"),
        .init("é\u{1F511}", "\"\\u00e9\\U0001F511\""), .init("ümläut", "'ümläut'"),
        .init("]}#=", "\"]}#=\""),
    ]

    /// Statements in which the field isn't, though it may look so.
    private static func decoy(_ number: Int, _ chance: inout SeededChance) -> String {
        let key = "k\(number)"
        return chance.pick([
            "\(key) = 'field = \"x\"' # field = 1", "\(key) = \"\"\"\nfield = 'no'\n\\\"\"\"\"\"\"",
            "\(key) = '''\n[t]\nfield = 'no' '' '''",
            "\(key) = [1, 'a', [{field = \"b\"}], # ]\n 2,]",
            "\(key) = {field = 'x', y.z = [true]}", "# field = \"no\"", "", "\(key).field = \"x\"",
            "\"k \(number)\" = 1979-05-27 07:32:00Z", "\(key) = -1_000.5e+3", "\(key)=inf",
            "'field.\(number)' = \"x\"", "\(key)  =\t\"\\u0041\\\\\"",
        ])
    }

    private static func statements(_ chance: inout SeededChance) -> [String] {
        (0..<chance.below(5)).map { decoy($0, &chance) }
    }

    /// A document, and a value that stands in it.
    static func example(_ chance: inout SeededChance) -> (DocumentFrame, DocumentFrame.Value) {
        let key = chance.pick(["field", "'field'", "\"field\"", "\"f\\u0069eld\""])
        let sign = chance.pick([" = ", "=", "\t=  "])
        let end = chance.pick(["", "  ", " # a comment"])
        var lines = statements(&chance)
        var path = ["t", "field"]
        switch chance.below(5) {
        case 0:
            path = ["field"]
            lines.append("\(key)\(sign)<@>\(end)")
        case 1: lines.append("t . \(key)\(sign)<@>\(end)")
        case 2: lines.append("t = { a.b = 1, \(key)\(sign)<@> , c = [\"x\"] }\(end)")
        case 3:
            path = ["t", "1", "u", "field"]
            lines += ["[[t]]", "u.field = 'no'", "[[ t ]]", "[t.u]"] + statements(&chance)
            lines += ["\(key)\(sign)<@>\(end)", "[[t]]", "u.field = 'no'"]
        default:
            lines += ["[t.sub]", "field = 'no'", "[ t ] # t"] + statements(&chance)
            lines += ["\(key)\(sign)<@>\(end)"]
        }
        lines += statements(&chance).map { $0.replacing("k", with: "z") } + ["[last]"]
        let newline = chance.pick(["\n", "\r\n"])
        let text = lines.joined(separator: "\n").replacing("\n", with: newline)
        let frame = DocumentFrame(
            TOMLDocument.self, chance.pick(["", "\u{FEFF}"]) + text + chance.pick(["", newline]),
            path)
        return (frame, chance.pick(values))
    }

    @Test(arguments: 0..<400) func `only the bytes of the field change in a TOML document`(
        seed: Int
    ) throws {
        var chance = SeededChance(seed)
        let (frame, old) = Self.example(&chance)
        let secret = chance.secret()
        let quote = String(old.spelled.prefix(1))
        try frame.exchange(old, for: .init(secret, quote + secret + quote))
    }

    @Test func `every character can be written in double quotes, and all but one in single ones`()
        throws
    {
        let frame = DocumentFrame(TOMLDocument.self, "[a]\ns = <@> # c\nt = 1\n", ["a", "s"])
        for sign in DocumentFrame.printable {
            for value in ["a\(sign)b", "\(sign)ab", "ab\(sign)", sign, "a \(sign) b"] {
                #expect(try frame.takes(value, for: "\"old\""))
                #expect(try frame.takes(value, for: "'old'") == (sign != "'"))
            }
        }
        #expect(try frame.takes(DocumentFrame.printable.joined(), for: "\"old\""))
        for value in ["a\nb", "\t", "\u{7F}", "\u{1}"] {
            #expect(try frame.takes(value, for: "\"old\""))
            #expect(try !frame.takes(value, for: "'old'"))
        }
        #expect(try frame.takes("é\u{1F511}\u{2028}", for: "'old'"))
    }

    @Test(
        arguments: [
            ("s = \"\"\"old\"\"\"", "multi-line"), ("s = '''old'''", "multi-line"),
            ("s = 1", "not-a-string"), ("s = true", "not-a-string"),
            ("s = [\"old\"]", "not-a-string"),
            ("s = {a = \"old\"}", "not-a-string"), ("[s]\na = 'old'", "not-a-string"),
            ("s.a = 'old'", "not-a-string"), ("[[s]]\na = 'old'", "not-a-string"),
            ("s = 'old'\ns = 'old'", "ambiguous"),
            ("s = 'old'\n'\\x73' = 1\n\"\\u0073\" = 1", "ambiguous"),
            ("s = 'old'\n[s]", "ambiguous"), ("s = 'old'\ns.a = 1", "ambiguous"),
            ("s = \"old\\e\"", "ambiguous"), ("s = \"old\\x41\"", "ambiguous"),
            ("s = \"old", "malformed"), ("s = 'old\n'", "malformed"),
            ("s = \"old\\q\"", "malformed"),
            ("s = \"\\ud800\"", "malformed"), ("s = 'old' x", "malformed"),
            ("s : 'old'", "malformed"),
            ("s = old\nt = /", "malformed"), ("[a\ns = 'old'", "malformed"), ("s =", "malformed"),
            ("s = ['old' 'old']", "malformed"), ("[[a]]\n[a]\n", "malformed"),
            ("[a]\n[[a]]\n", "malformed"), ("s = '''old", "malformed"), ("s = \u{0}", "malformed"),
            ("s = \(String(repeating: "[", count: 65))", "malformed"),
        ])
    func `what isn't clear is refused`(text: String, code: String) {
        #expect(DocumentFrame.refusal(TOMLDocument.self, text, ["s"]) == code)
    }

    @Test(arguments: [
        "[a]\ns = 'old'\n[b]\n[a]\n", "a.s = 'old'\na.s = 1\n", "a = {s = 'old'}\n[a]\n",
        "a = {s = 'old'}\na.t = 1\n", "a = 1\n[a]\ns = 'old'\n", "a = {s = 'old', s = 'old'}\n",
        "a = {s = 'old'}\na = {t = 1}\n",
    ])
    func `a table that is there twice is refused`(text: String) {
        #expect(DocumentFrame.refusal(TOMLDocument.self, text, ["a", "s"]) == "ambiguous")
    }

    @Test(
        arguments: [
            ("", ["s"], "s = \"new\"\n"), ("# c", ["s"], "# c\ns = \"new\"\n"),
            ("a = 1 # c\n\n[b]\nx = 1\n", ["s"], "a = 1 # c\ns = \"new\"\n\n[b]\nx = 1\n"),
            ("# c\n[b]\nx = 1", ["s"], "# c\ns = \"new\"\n[b]\nx = 1"),
            ("[b]\r\nx = 1\r\n[c]\r\n", ["b", "s"], "[b]\r\nx = 1\r\ns = \"new\"\r\n[c]\r\n"),
            ("[b] # c\n[b.c]\n", ["b", "s t"], "[b] # c\n\"s t\" = \"new\"\n[b.c]\n"),
            ("[[b]]\n[[b]]\nx = [\n1]", ["b", "1", "s"], "[[b]]\n[[b]]\nx = [\n1]\ns = \"new\""),
            ("b.x = 1\n", ["b", "s"], nil), ("b = {}\n", ["b", "s"], nil), ("", ["b", "s"], nil),
        ] as [(String, [String], String?)])
    func `a field that is missing is added where it belongs`(
        text: String, path: [String], after: String?
    ) {
        #expect(DocumentFrame.set(TOMLDocument.self, text, path) == after)
    }
}
