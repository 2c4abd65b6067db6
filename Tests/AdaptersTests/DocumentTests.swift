import RotationCore
import Testing

@testable import Adapters

@Suite struct DocumentTests {
    private static let texts = [
        "", "plain", "ümläut \u{1F511}", "q\"uote", "back\\slash", "tab\tnew\nline", "$HOME `x`",
        "'",
        "a#b", "0123456789abcdefABCDEF", "\u{7F}", "/", "{}[],:",
    ]

    private func space(_ chance: inout SeededChance) -> String {
        chance.pick(["", "", " ", "\n", "\r\n  ", "\t"])
    }

    private func literal(_ text: String, _ chance: inout SeededChance) -> String {
        guard chance.below(3) == 0 else {
            return String(decoding: JSONDocument.literal(text), as: UTF8.self)
        }
        let units = text.utf16.map { unit in
            let hex = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        }
        return "\"\(units.joined())\""
    }

    /// A JSON value with the mark `<@>` in place of the one string at `field`.
    private func json(_ depth: Int, _ mark: Bool, _ chance: inout SeededChance) -> String {
        if mark, depth == 0 { return "<@>" }
        switch mark ? 5 : chance.below(depth > 3 ? 4 : 6) {
        case 0: return literal(chance.pick(Self.texts), &chance)
        case 1: return chance.pick(["0", "-1.50", "1e9", "12345678901234567890", "1.0E+2"])
        case 2: return chance.pick(["true", "false", "null"])
        case 3, 4:
            let items = (0..<chance.below(3)).map { _ in json(depth + 1, false, &chance) }
            return "[" + items.joined(separator: ",\(space(&chance))") + "]"
        default:
            var members = (0..<chance.below(4)).map { index in
                literal("k\(index)", &chance) + space(&chance) + ":" + space(&chance)
                    + json(max(depth, 1) + 1, false, &chance)
            }
            if mark {
                let inner = json(depth - 1, true, &chance)
                members.insert(
                    literal("field", &chance) + ":" + space(&chance) + inner,
                    at: chance.below(members.count + 1))
            }
            let gap = space(&chance)
            return "{\(gap)" + members.joined(separator: "\(gap),\(gap)") + "\(gap)}"
        }
    }

    @Test(arguments: 0..<400) func `only the bytes of the field change in a JSON document`(
        seed: Int
    )
        throws
    {
        var chance = SeededChance(seed)
        let depth = 1 + chance.below(3)
        let frame = json(depth, true, &chance) + space(&chance)
        let (old, new) = (chance.pick(Self.texts.filter { !$0.isEmpty }), chance.pick(Self.texts))
        let steps = Array(repeating: "field", count: depth)
        let before = Array(frame.replacing("<@>", with: literal(old, &chance)).utf8)
        let document = try JSONDocument(before)
        let node = try #require(try document.node(at: steps))
        #expect(node.text == old)
        let after = document.replacing(node.range, with: new)
        let expected = Array(
            frame.replacing("<@>", with: String(decoding: JSONDocument.literal(new), as: UTF8.self))
                .utf8)
        #expect(after == expected)
        #expect(try JSONDocument(after).node(at: steps)?.text == new)
    }

    @Test(arguments: [
        "", "{", "{}x", "[1,]", "{\"a\":1,}", "{'a':1}", "01", "1.", "\"\\x\"", "\"\\ud800\"",
        "\"a\nb\"", "nul", "// c\n1", "{\"a\" 1}", "[1 2]", "+1", "\"\\u12g4\"",
        String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
    ])
    func `what is not JSON is refused`(text: String) {
        #expect(throws: JSONDocument.Malformed.self) { try JSONDocument(Array(text.utf8)) }
    }

    @Test func `a key that is there twice on the way is refused, elsewhere it is not`() throws {
        let document = try JSONDocument(Array(#"{"a":{"s":"1","s":"2"},"b":"3"}"#.utf8))
        #expect(throws: JSONDocument.Ambiguous.self) { try document.node(at: ["a", "s"]) }
        #expect(try document.node(at: ["b"])?.text == "3")
    }

    @Test func `a byte order mark is kept`() throws {
        let document = try JSONDocument([0xEF, 0xBB, 0xBF] + Array(#"{"s":"1"}"#.utf8))
        let node = try #require(try document.node(at: ["s"]))
        #expect(
            document.replacing(node.range, with: "2") == [0xEF, 0xBB, 0xBF]
                + Array(#"{"s":"2"}"#.utf8))
    }

    private static let lines = [
        "# a comment with S=1", "", "   ", "A=1", "export B=two", "C='it\nis\nS=long'",
        "D=\"x \\\" S=y\"", "not an assignment", "E = spaced # comment", "F=a#b", "G=", "SS=1",
    ]

    @Test(arguments: 0..<400) func `only the bytes of the value change in a dotenv file`(seed: Int)
        throws
    {
        var chance = SeededChance(seed)
        let end = chance.pick(["\n", "\r\n"])
        var lines = (0..<chance.below(6)).map { _ in chance.pick(Self.lines) }
        let quote = chance.pick(["", "'", "\""])
        let prefix = chance.pick(["S=", "export S=", "  S= ", "S = "]) + quote
        let line = prefix + "<@>" + quote + chance.pick(["", " ", " # behind"])
        lines.insert(line, at: chance.below(lines.count + 1))
        let frame = lines.joined(separator: end) + chance.pick(["", end])
        let before = Array(frame.replacing("<@>", with: "0ld-Value").utf8)
        let new = chance.pick(["n3wValue", "A/b+c=", "x.y-z_"])

        let document = try DotenvDocument(before)
        let found = try #require(try document.assignment(of: "S"))
        #expect(try document.value(of: found) == "0ld-Value")
        let after = try #require(document.replacing(found, with: new))
        #expect(after == Array(frame.replacing("<@>", with: new).utf8))
    }

    @Test(arguments: [DotenvDocument.Style.bare, .single, .double], DocumentTests.texts)
    func `a value that is written reads back, or is refused`(
        style: DotenvDocument.Style, value: String
    ) throws {
        let frame = [.bare: "S=x\nT=1\n", .single: "S='x'\nT=1\n", .double: "S=\"x\"\nT=1\n"][style]
        let document = try DotenvDocument(Array(try #require(frame).utf8))
        let found = try #require(try document.assignment(of: "S"))
        guard let after = document.replacing(found, with: value) else {
            #expect(style != .double, "double quotes can hold everything")
            return
        }
        let reread = try DotenvDocument(after)
        #expect(try reread.assignment(of: "S").map { try reread.value(of: $0) } == value)
        #expect(try reread.assignment(of: "T").map { try reread.value(of: $0) } == "1")
    }

    @Test func `a dotenv file that can be read in two ways is refused`() throws {
        #expect(throws: DotenvDocument.Malformed.quoting(line: 2)) {
            try DotenvDocument(Array("A=1\nB='x\n".utf8))
        }
        #expect(throws: DotenvDocument.Malformed.quoting(line: 1)) {
            try DotenvDocument(Array("A='x'y\n".utf8))
        }
        #expect(throws: DotenvDocument.Malformed.repeated) {
            try DotenvDocument(Array("S=1\nS=2\n".utf8)).assignment(of: "S")
        }
        let odd = try DotenvDocument(Array("S=\"a\\$b\"\n".utf8))
        let found = try #require(try odd.assignment(of: "S"))
        #expect(throws: DotenvDocument.Malformed.ambiguous) { try odd.value(of: found) }
    }
}
