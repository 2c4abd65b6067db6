/// Finds the assignments of a dotenv file; see ``DotenvDocument``.
struct DotenvParser {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func assignments() throws(DotenvDocument.Malformed) -> [DotenvDocument.Assignment] {
        var found: [DotenvDocument.Assignment] = []
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        while position < bytes.count {
            if let assignment = try assignment() { found.append(assignment) }
            skipToNextLine()
        }
        return found
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = current, byte == 0x20 || byte == 0x09 { position += 1 }
    }

    private mutating func skipToNextLine() {
        while let byte = current, byte != UInt8(ascii: "\n") { position += 1 }
        position += 1
        line += 1
    }

    private mutating func assignment() throws(DotenvDocument.Malformed)
        -> DotenvDocument.Assignment?
    {
        skipBlanks()
        guard var name = word() else { return nil }
        if name == "export", let blank = current, blank == 0x20 || blank == 0x09 {
            skipBlanks()
            guard let exported = word() else { return nil }
            name = exported
        }
        skipBlanks()
        guard current == UInt8(ascii: "=") else { return nil }
        position += 1
        skipBlanks()
        switch current {
        case UInt8(ascii: "'"):
            return .init(name: name, style: .single, range: try quoted(UInt8(ascii: "'")))
        case UInt8(ascii: "\""):
            return .init(name: name, style: .double, range: try quoted(UInt8(ascii: "\"")))
        default:
            return .init(name: name, style: .bare, range: bare())
        }
    }

    /// A name: letters, digits, `_`, `.` and `-`, not starting with a digit.
    private mutating func word() -> String? {
        let start = position
        while let byte = current, Self.isNamePart(byte) { position += 1 }
        guard position > start, !(0x30...0x39).contains(bytes[start]) else { return nil }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    /// Up to the end of the line or to a blank with `#` behind it, without the blanks at the end.
    private mutating func bare() -> Range<Int> {
        let start = position
        while let byte = current, byte != UInt8(ascii: "\n") {
            let isComment =
                byte == UInt8(ascii: "#")
                && (position == start || Self.isBlank(bytes[position - 1]))
            if isComment { break }
            position += 1
        }
        var end = position
        while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: "\r")
    }

    private mutating func quoted(_ quote: UInt8) throws(DotenvDocument.Malformed) -> Range<Int> {
        let opening = line
        position += 1
        let start = position
        while let byte = current, byte != quote {
            if byte == UInt8(ascii: "\n") { line += 1 }
            let isEscape = byte == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"")
            position += isEscape ? 2 : 1
        }
        guard current == quote else { throw .quoting(line: opening) }
        let end = position
        position += 1
        while let byte = current, Self.isBlank(byte) { position += 1 }
        guard current == nil || current == UInt8(ascii: "\n") || current == UInt8(ascii: "#") else {
            throw .quoting(line: line)
        }
        return start..<end
    }
}
