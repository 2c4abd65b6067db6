import Testing

@testable import Adapters

@Suite struct PropertiesDocumentTests {
    private static let values: [DocumentFrame.Value] = [
        .init("old"), .init(""), .init("a b=c:d#e!f"), .init("q\"uote's"), .init("\\", "\\\\"),
        .init("x\ty", "x\\ty"), .init("x", "\\x"), .init("é\u{1F511}", "\\u00e9\\uD83D\\udd11"),
        .init(" a ", "\\ a\\u0020"), .init("=a", "\\=a"),
    ]

    private static let lines = [
        "# a.s=no", "! a.s=no", "", "   ", "b=a.s", "b\\=a.s : no", "a.s\\ = no", "a.S=no", "c",
        "d = one \\\n    a.s=no", "e = \\", "  f\tg", "\u{C}h:i", "j = \\u0041\\\\", "é=ü",
        "a.s.t=no",
    ]

    /// A document, and a value that stands in it.
    static func example(_ chance: inout SeededChance) -> (DocumentFrame, DocumentFrame.Value) {
        var lines = (0..<chance.below(6)).map { _ in chance.pick(Self.lines) }
        let key = chance.pick(["a.s", "\\a\\.s", "a\\u002es", "  a.s", "\ta.s"])
        let old = chance.pick(values)
        // Behind a blank alone there is no value yet, and a sign is put before the first one.
        let sign = chance.pick(["=", ":", " = ", "\t:", old.text.isEmpty ? "=" : " "])
        lines.insert("\(key)\(sign)<@>", at: chance.below(lines.count + 1))
        // A line that goes on would take the next one in.
        lines = lines.flatMap { $0 == "e = \\" ? [$0, "# no comment"] : [$0] }
        let end = chance.pick(["\n", "\r\n", "\r"])
        let text = lines.joined(separator: "\n").replacing("\n", with: end)
        let frame = DocumentFrame(
            PropertiesDocument.self, text + chance.pick(["", end]), ["a.s"])
        return (frame, old)
    }

    @Test(arguments: 0..<400) func `only the bytes of the value change in a properties file`(
        seed: Int
    ) throws {
        var chance = SeededChance(seed)
        let (frame, old) = Self.example(&chance)
        try frame.exchange(old, for: .init(chance.secret()))
    }

    @Test(arguments: ["a=<@>\nb=c\n", "a : <@>", "a <@>\r\n"])
    func `every character can be written`(text: String) throws {
        let frame = DocumentFrame(PropertiesDocument.self, text, ["a"])
        for sign in DocumentFrame.printable {
            for value in ["x\(sign)y", "\(sign)xy", "xy\(sign)", sign, "x \(sign) y"] {
                #expect(try frame.takes(value, for: "old"), "\(value)")
            }
        }
        #expect(try frame.takes(DocumentFrame.printable.joined(), for: "old"))
        for value in ["x\ny", "\t", "\u{7F}", "\u{1}", "é\u{1F511}\u{2028}", "  ", "\r", "\u{C}"] {
            #expect(try frame.takes(value, for: "old"), "\(value.debugDescription)")
        }
        for value in ["x${y}", "#{y}", "${"] {
            #expect(try !frame.takes(value, for: "old"), "\(value)")
        }
    }

    @Test(
        arguments: [
            ("s=old\ns=old\n", "ambiguous"), ("s=old\n\\u0073:old\n", "ambiguous"),
            ("s=old \\\n old", "multi-line"), ("s=old\\", "multi-line"),
            ("s\\\n=old", "multi-line"), ("s=\\\nold", "multi-line"), ("s=öld", "ambiguous"),
            ("s=${old}", "ambiguous"), ("s=\\u00g0", "malformed"), ("s=\\ud800", "malformed"),
            ("t=\\u12", "malformed"), ("\\udc00=x\ns=old", "malformed"),
        ])
    func `what isn't clear is refused`(text: String, code: String) {
        #expect(DocumentFrame.refusal(PropertiesDocument.self, text, ["s"]) == code)
    }

    @Test(
        arguments: [
            ("", "s", "s=new\n"), ("a=1", "s", "a=1\ns=new\n"),
            ("a=1\r\n", "s", "a=1\r\ns=new\r\n"),
            ("", "a=b#", "a\\=b\\#=new\n"), ("s", "s", "s=new"), ("s ", "s", "s =new"),
            ("s=\n", "s", "s=new\n"), ("s:  \n", "s", "s:  new\n"), ("a=1\\", "s", nil),
        ] as [(String, String, String?)])
    func `a property that is missing is added at the end`(
        text: String, key: String, after: String?
    ) {
        #expect(DocumentFrame.set(PropertiesDocument.self, text, [key]) == after)
    }
}
