import Testing

@testable import Adapters

@Suite struct INIDocumentTests {
    private static let lines = [
        "; s = no", "# s = no", "", "x = s", "s.t = no", "s t : no", "alone", "q = \"a ; s = no\"",
        "r = 'x' ; c", "u = 50% # c", "v = a\\b", "w=é",
    ]

    /// A document, and a value that stands in it.
    static func example(_ chance: inout SeededChance) -> (DocumentFrame, DocumentFrame.Value) {
        let indent = chance.pick(["", "", "\t", "  "])
        let others = { (chance: inout SeededChance) in
            (0..<chance.below(4)).map { _ in indent + chance.pick(Self.lines) }
        }
        let quote = chance.pick(["", "'", "\""])
        let sign = chance.pick(["=", " = ", ":", "\t=\t"])
        let end = chance.pick(["", "  ", " ; a comment", "\t# a comment"])
        let line = "\(indent)s\(sign)\(quote)<@>\(quote)\(end)"
        var (lines, path) = (others(&chance), ["a.b", "s"])
        if chance.below(4) == 0 {
            path = ["s"]
            lines.append(line)
        } else {
            lines += ["[other]", "\(indent)s = no", chance.pick(["[a.b]", "[a.b] ; s = no"])]
            lines += others(&chance) + [line]
        }
        lines += others(&chance) + ["[end]", "\(indent)s = no"]
        let newline = chance.pick(["\n", "\r\n"])
        let text = lines.joined(separator: newline) + chance.pick(["", newline])
        let frame = DocumentFrame(INIDocument.self, chance.pick(["", "\u{FEFF}"]) + text, path)
        let old = ["old", "two words", "0ld=Value:!?", quote == "'" ? "its" : "it's"]
        return (frame, .init(chance.pick(old)))
    }

    @Test(arguments: 0..<400) func `only the bytes of the value change in an INI file`(seed: Int)
        throws
    {
        var chance = SeededChance(seed)
        let (frame, old) = Self.example(&chance)
        try frame.exchange(old, for: .init(chance.secret()))
    }

    @Test func `what some reader cuts or changes is refused, and all else is written`() throws {
        let frame = DocumentFrame(INIDocument.self, "[a]\ns = <@>\nt = 1\n", ["a", "s"])
        let spellings: [(String, String?)] = [("old", nil), ("\"old\"", "\""), ("'old'", "'")]
        for (old, quote) in spellings {
            for sign in DocumentFrame.printable {
                let isCut =
                    "\"%\\".contains(sign) || sign == quote || (quote == nil && ";#".contains(sign))
                let isEdge = quote == nil && " '".contains(sign)
                #expect(try frame.takes("x\(sign)y", for: old) == !isCut, "\(sign) in \(old)")
                #expect(
                    try frame.takes("\(sign)xy", for: old) == !(isCut || isEdge),
                    "\(sign) before \(old)")
            }
        }
        for (value, old) in [
            ("x ;y", "\"old\""), ("x #y", "'old'"), ("x${y}", "old"), ("é", "old"), ("x\ny", "old"),
            ("\t", "\"old\""), ("xy ", "old"), ("", "old"),
        ] {
            #expect(try !frame.takes(value, for: old), "\(value)")
        }
        #expect(try frame.takes("x;y", for: "\"old\""))
        #expect(try frame.takes("&()*+,-./:<=>?@[]^_`{|}~!$", for: "old"))
    }

    @Test(
        arguments: [
            ("[a]\ns=old\ns=old", "ambiguous"), ("[a]\ns=old\nS : old", "ambiguous"),
            ("[a]\ns=old\n[b]\n[a]\n", "ambiguous"), ("[a]\ns=old\n[A]\n", "ambiguous"),
            ("[a]\nS=old", "ambiguous"), ("[ a ]\ns=old", "ambiguous"), ("[a]\ns", "ambiguous"),
            ("[a]\ns=old\n  old", "multi-line"), ("[a]\ns=old\n\n\tt=1", "multi-line"),
            ("[a]\ns=old\\\nt=1", "multi-line"), ("[a]\nt=1\n s=old", "ambiguous"),
            ("[a]\nt=1\\\ns=old", "ambiguous"), ("[a]\n; c\\\ns=old", "ambiguous"),
            ("[a]\ns=old;old", "ambiguous"), ("[a]\ns=o%ld", "ambiguous"),
            ("[a]\ns=\"old", "ambiguous"), ("[a]\ns='old' old", "ambiguous"),
            ("[a]\ns=old\\n", "ambiguous"), ("[a]\ns=${old}", "ambiguous"),
            ("[a\ns=old", "malformed"), ("[a] b\ns=old", "malformed"), ("[a]\rs=old", "malformed"),
            ("[a]\nt=1\n [b]\ns=old", "ambiguous"), ("[a]\n\u{A0}s=old", "malformed"),
            ("[b]\ns=old", "field-missing"),
        ])
    func `what isn't clear is refused`(text: String, code: String) {
        #expect(DocumentFrame.refusal(INIDocument.self, text, ["a", "s"]) == code)
    }

    @Test(
        arguments: [
            ("", ["s"], "s = new\n"), ("; c\n", ["s"], "; c\ns = new\n"),
            ("[b]\nx=1\n", ["s"], "s = new\n[b]\nx=1\n"),
            ("[b]\r\nx=1\r\n[c]\r\n", ["b", "s"], "[b]\r\nx=1\r\ns=new\r\n[c]\r\n"),
            ("[b] ; c\n[c]", ["b", "s"], "[b] ; c\ns = new\n[c]"),
            ("[b]\ns =\n", ["b", "s"], "[b]\ns = new\n"), ("s=", ["s"], "s=new"),
            ("s=\"\" ; c", ["s"], "s=\"new\" ; c"), ("s = ; c", ["s"], nil),
            ("[b]\nx=1\\\n", ["b", "s"], nil), ("[b]\n", ["c", "s"], nil), ("", ["b", "s"], nil),
        ] as [(String, [String], String?)])
    func `a key that is missing is added where it belongs`(
        text: String, path: [String], after: String?
    ) {
        #expect(DocumentFrame.set(INIDocument.self, text, path) == after)
    }
}
