/// A JSON text (RFC 8259) by the bytes that each of its values takes up, so that one string can be
/// exchanged and every other byte left as it is.
///
/// Strict: no comments, no trailing commas, no lone surrogates, one value, at most 64 levels. A
/// byte order mark at the start is tolerated and kept.
struct JSONDocument: Sendable {
    /// A value and where it stands.
    indirect enum Node: Sendable {
        /// The members in their order; a key may be there twice.
        case object([Member], Range<Int>)
        case array([Node], Range<Int>)
        /// Decoded; the range includes the quotes.
        case string(String, Range<Int>)
        /// A number, as it is spelled.
        case number(Range<Int>)
        case boolean(Bool, Range<Int>)
        case null(Range<Int>)
    }

    /// One member of an object.
    struct Member: Sendable {
        let key: String
        /// Where the key's opening quote stands.
        let start: Int
        let value: Node
    }

    /// Where the text stops being JSON.
    struct Malformed: Error, Sendable, Hashable {
        let offset: Int
    }

    let bytes: [UInt8]
    let root: Node

    init(_ bytes: [UInt8]) throws(Malformed) {
        var parser = JSONParser(bytes)
        root = try parser.document()
        self.bytes = bytes
    }

    /// The value at `path`; nil where there is none.
    ///
    /// Where a key on the way is there twice, readers disagree about which one counts (RFC 8259
    /// §4), so that throws ``Ambiguous``.
    func node(at path: [String]) throws(Ambiguous) -> Node? {
        var node = root
        for step in path {
            switch node {
            case .object(let members, _):
                let found = members.filter { $0.key == step }
                guard found.count < 2 else { throw Ambiguous() }
                guard let member = found.first else { return nil }
                node = member.value
            case .array(let items, _):
                guard let index = Int(step), String(index) == step, items.indices.contains(index)
                else { return nil }
                node = items[index]
            case .string, .number, .boolean, .null:
                return nil
            }
        }
        return node
    }

    /// A key on the way to a value is there twice.
    struct Ambiguous: Error, Sendable, Hashable {}

    /// The bytes with `range` exchanged for the string `text`.
    func replacing(_ range: Range<Int>, with text: String) -> [UInt8] {
        Array(bytes[..<range.lowerBound]) + Self.literal(text) + bytes[range.upperBound...]
    }

    /// The bytes with a member added at the end of an object, spaced like the member before it.
    func adding(_ key: String, _ text: String, to members: [Member], in range: Range<Int>)
        -> [UInt8]
    {
        let member = Self.literal(key) + [UInt8(ascii: ":"), 0x20] + Self.literal(text)
        guard let last = members.last else {
            let open = range.lowerBound + 1
            return Array(bytes[..<open]) + member + bytes[open...]
        }
        var space = last.start
        while space > 0, JSONParser.isSpace(bytes[space - 1]) { space -= 1 }
        let end = last.value.range.upperBound
        return Array(bytes[..<end]) + [UInt8(ascii: ",")] + bytes[space..<last.start] + member
            + bytes[end...]
    }

    /// `text` as a JSON string, with only those characters escaped that must be.
    static func literal(_ text: String) -> [UInt8] {
        var literal: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): literal += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                let hex = String(byte, radix: 16)
                literal += Array("\\u00\(byte < 0x10 ? "0" : "")\(hex)".utf8)
            default: literal.append(byte)
            }
        }
        return literal + [UInt8(ascii: "\"")]
    }
}

extension JSONDocument.Node {
    /// The bytes that the value takes up.
    var range: Range<Int> {
        switch self {
        case .object(_, let range), .array(_, let range), .string(_, let range),
            .number(let range), .boolean(_, let range), .null(let range):
            range
        }
    }

    /// The text, where the value is a string.
    var text: String? {
        guard case .string(let text, _) = self else { return nil }
        return text
    }
}
