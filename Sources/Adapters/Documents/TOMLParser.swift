/// Reads the statements of a TOML document; see ``TOMLDocument``.
struct TOMLParser {
    /// One statement.
    enum Statement: Sendable {
        /// `[a.b]`, or `[[a.b]]`.
        case header([String], isArray: Bool)
        case entry(TOMLEntry)
    }

    /// A statement and its lines.
    struct Line: Sendable {
        let statement: Statement
        /// Where the first line begins, and where the line end of the last one stands.
        let range: Range<Int>
    }

    private static let deepest = 64
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func lines() throws(DocumentProblem) -> [Line] {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw .malformed("the document is not UTF-8")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        var lines: [Line] = []
        while position < bytes.count {
            let start = position
            skipBlanks()
            var statement: Statement?
            switch current {
            case nil, UInt8(ascii: "#"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): break
            case UInt8(ascii: "["): statement = try header()
            default: statement = .entry(try entry())
            }
            try skipToLineEnd()
            if let statement { lines.append(Line(statement: statement, range: start..<position)) }
            skipLineEnd()
        }
        return lines
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private var malformed: DocumentProblem {
        let line = bytes[..<min(position, bytes.count)].count { $0 == 0x0A } + 1
        return .malformed("the document is not TOML in line \(line)")
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let found = text.withUTF8Buffer { bytes[position...].starts(with: $0) }
        if found { position += text.utf8CodeUnitCount }
        return found
    }

    private mutating func skipBlanks() {
        while current == 0x20 || current == 0x09 { position += 1 }
    }

    private mutating func skipComment() throws(DocumentProblem) {
        guard current == UInt8(ascii: "#") else { return }
        while let byte = current, byte != 0x0A, !bytes[position...].starts(with: [0x0D, 0x0A]) {
            guard !Self.isControl(byte) else { throw malformed }
            position += 1
        }
    }

    private mutating func skipLineEnd() { if !take("\n") { _ = take("\r\n") } }

    private mutating func skipToLineEnd() throws(DocumentProblem) {
        skipBlanks()
        try skipComment()
        let isEnd =
            current == nil || current == 0x0A || bytes[position...].starts(with: [0x0D, 0x0A])
        guard isEnd else { throw malformed }
    }

    /// Over everything that may stand between two items of an array.
    private mutating func skipSpace() throws(DocumentProblem) {
        var before = -1
        while position != before {
            before = position
            skipBlanks()
            try skipComment()
            skipLineEnd()
        }
    }

    private static func isControl(_ byte: UInt8) -> Bool {
        (byte < 0x20 && byte != 0x09) || byte == 0x7F
    }
}

// MARK: - Keys

extension TOMLParser {
    private mutating func header() throws(DocumentProblem) -> Statement {
        let isArray = take("[[")
        if !isArray { position += 1 }
        let key = try dottedKey()
        guard isArray ? take("]]") : take("]") else { throw malformed }
        return .header(key, isArray: isArray)
    }

    private mutating func entry() throws(DocumentProblem) -> TOMLEntry {
        let key = try dottedKey()
        guard take("=") else { throw malformed }
        skipBlanks()
        return TOMLEntry(key: key, value: try value())
    }

    /// `a . "b c" . d`, and the blanks around it.
    private mutating func dottedKey() throws(DocumentProblem) -> [String] {
        var steps: [String] = []
        repeat {
            guard steps.count < Self.deepest else { throw malformed }
            skipBlanks()
            steps.append(try simpleKey())
            skipBlanks()
        } while take(".")
        return steps
    }

    private mutating func simpleKey() throws(DocumentProblem) -> String {
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            guard let text = try string().text else { throw malformed }
            return text
        default:
            let start = position
            while let byte = current, Self.isBare(byte) { position += 1 }
            guard position > start else { throw malformed }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
    }

    /// What a key without quotes consists of.
    static func isBare(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}

// MARK: - Values

extension TOMLParser {
    private mutating func value() throws(DocumentProblem) -> TOMLNode {
        let start = position
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let isLiteral = current == UInt8(ascii: "'")
            if isLiteral ? take("'''") : take("\"\"\"") {
                try skipLines(isLiteral)
                return .lines(start..<position)
            }
            return .string(try string(), start..<position)
        case UInt8(ascii: "["):
            return .array(try nested(UInt8(ascii: "]"), Self.item), start..<position)
        case UInt8(ascii: "{"):
            return .table(try nested(UInt8(ascii: "}"), Self.member), start..<position)
        default:
            while let byte = current, Self.isBare(byte) || "+.: ".utf8.contains(byte) {
                position += 1
            }
            while position > start, bytes[position - 1] == 0x20 { position -= 1 }
            guard position > start else { throw malformed }
            return .other(start..<position)
        }
    }

    private static func item(_ parser: inout Self) throws(DocumentProblem) -> TOMLNode {
        try parser.value()
    }

    private static func member(_ parser: inout Self) throws(DocumentProblem) -> TOMLEntry {
        try parser.entry()
    }

    /// The items between brackets, separated by commas.
    private mutating func nested<Item>(
        _ close: UInt8, _ item: (inout Self) throws(DocumentProblem) -> Item
    ) throws(DocumentProblem) -> [Item] {
        guard depth < Self.deepest else { throw malformed }
        depth += 1
        position += 1
        var items: [Item] = []
        while true {
            try skipSpace()
            if current == close { break }
            items.append(try item(&self))
            try skipSpace()
            guard current != close else { break }
            guard take(",") else { throw malformed }
        }
        position += 1
        depth -= 1
        return items
    }

    /// Behind the closing quotes of a string over several lines; up to two more belong to it.
    private mutating func skipLines(_ isLiteral: Bool) throws(DocumentProblem) {
        let quote = isLiteral ? UInt8(ascii: "'") : UInt8(ascii: "\"")
        while let byte = current {
            if byte == quote, bytes[position...].starts(with: [quote, quote, quote]) {
                position += 3
                for _ in 0..<2 where current == quote { position += 1 }
                return
            }
            position += byte == UInt8(ascii: "\\") && !isLiteral ? 2 : 1
        }
        throw malformed
    }

    private mutating func string() throws(DocumentProblem) -> TOMLText {
        let isLiteral = current == UInt8(ascii: "'")
        let quote = isLiteral ? UInt8(ascii: "'") : UInt8(ascii: "\"")
        position += 1
        var content: [UInt8] = []
        var isClear = true
        while let byte = current, byte != quote {
            guard !Self.isControl(byte) else { throw malformed }
            position += 1
            guard byte == UInt8(ascii: "\\"), !isLiteral else {
                content.append(byte)
                continue
            }
            if let scalar = try escape() {
                content += Array(String(scalar).utf8)
            } else {
                isClear = false
            }
        }
        guard current == quote else { throw malformed }
        position += 1
        let text = String(decoding: content, as: UTF8.self)
        return TOMLText(style: isLiteral ? .literal : .basic, text: isClear ? text : nil)
    }

    /// What an escape stands for; nil for one that only TOML 1.1 knows.
    private mutating func escape() throws(DocumentProblem) -> Unicode.Scalar? {
        guard let byte = current else { throw malformed }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try scalar(ofDigits: 4)
        case UInt8(ascii: "U"): return try scalar(ofDigits: 8)
        case UInt8(ascii: "e"), UInt8(ascii: "x"): return nil
        default: throw malformed
        }
    }

    private mutating func scalar(ofDigits count: Int) throws(DocumentProblem) -> Unicode.Scalar {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            else { throw malformed }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        guard let scalar = Unicode.Scalar(value) else { throw malformed }
        return scalar
    }
}
