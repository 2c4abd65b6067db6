/// Reads a JSON text into nodes with their ranges; see ``JSONDocument``.
struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    private static let deepest = 64

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    mutating func document() throws(JSONDocument.Malformed) -> JSONDocument.Node {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        skipSpace()
        let root = try value()
        skipSpace()
        guard position == bytes.count else { throw malformed }
        return root
    }

    private var malformed: JSONDocument.Malformed { JSONDocument.Malformed(offset: position) }
    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = current, Self.isSpace(byte) { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(JSONDocument.Malformed) -> JSONDocument.Node {
        switch current {
        case UInt8(ascii: "{"):
            return try nested { parser throws(JSONDocument.Malformed) in
                try parser.object()
            }
        case UInt8(ascii: "["):
            return try nested { parser throws(JSONDocument.Malformed) in
                try parser.array()
            }
        case UInt8(ascii: "\""):
            let start = position
            return .string(try string(), start..<position)
        case UInt8(ascii: "t"): return .boolean(true, try word("true"))
        case UInt8(ascii: "f"): return .boolean(false, try word("false"))
        case UInt8(ascii: "n"): return .null(try word("null"))
        default: return .number(try number())
        }
    }

    private mutating func nested(
        _ body: (inout Self) throws(JSONDocument.Malformed) -> JSONDocument.Node
    ) throws(JSONDocument.Malformed) -> JSONDocument.Node {
        guard depth < Self.deepest else { throw malformed }
        depth += 1
        let node = try body(&self)
        depth -= 1
        return node
    }

    private mutating func object() throws(JSONDocument.Malformed) -> JSONDocument.Node {
        let start = position
        position += 1
        skipSpace()
        var members: [JSONDocument.Member] = []
        if take(UInt8(ascii: "}")) { return .object(members, start..<position) }
        while true {
            skipSpace()
            let keyStart = position
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw malformed }
            skipSpace()
            members.append(JSONDocument.Member(key: key, start: keyStart, value: try value()))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members, start..<position) }
            guard take(UInt8(ascii: ",")) else { throw malformed }
        }
    }

    private mutating func array() throws(JSONDocument.Malformed) -> JSONDocument.Node {
        let start = position
        position += 1
        skipSpace()
        var items: [JSONDocument.Node] = []
        if take(UInt8(ascii: "]")) { return .array(items, start..<position) }
        while true {
            skipSpace()
            items.append(try value())
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(items, start..<position) }
            guard take(UInt8(ascii: ",")) else { throw malformed }
        }
    }

    private mutating func word(_ word: StaticString) throws(JSONDocument.Malformed) -> Range<Int> {
        let start = position
        let expected = word.withUTF8Buffer { Array($0) }
        guard bytes[start...].starts(with: expected) else { throw malformed }
        position += expected.count
        return start..<position
    }

    private mutating func number() throws(JSONDocument.Malformed) -> Range<Int> {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return start..<position
    }

    private mutating func digits() throws(JSONDocument.Malformed) {
        let start = position
        while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw malformed }
    }

    private mutating func string() throws(JSONDocument.Malformed) -> String {
        guard take(UInt8(ascii: "\"")) else { throw malformed }
        var content: [UInt8] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                // Checked: a repaired text would not be the text that stands there.
                guard let text = String(validating: content, as: UTF8.self) else { throw malformed }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                content += String(try escape()).utf8
            case 0..<0x20:
                throw malformed
            default:
                content.append(byte)
                position += 1
            }
        }
        throw malformed
    }

    private mutating func escape() throws(JSONDocument.Malformed) -> Unicode.Scalar {
        guard let byte = current else { throw malformed }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw malformed
        }
    }

    private mutating func unicodeEscape() throws(JSONDocument.Malformed) -> Unicode.Scalar {
        let first = try fourHexDigits()
        guard (0xD800...0xDBFF).contains(first) else {
            guard let scalar = Unicode.Scalar(first) else { throw malformed }
            return scalar
        }
        guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw malformed }
        let second = try fourHexDigits()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw malformed }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONDocument.Malformed) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            else { throw malformed }
            value = value * 16 + UInt32(digit)
            position += 1
        }
        return value
    }
}
