/// Finds the sections and entries of an INI file; see ``INIDocument``.
struct INIParser {
    /// A line that says something.
    enum Line: Sendable {
        /// A section's name as it stands between the brackets, and where its line ends.
        case section(String, end: Int)
        case entry(Entry)
    }

    /// A key and its value.
    struct Entry: Sendable {
        /// The section's name; nil before the first one.
        let section: String?
        let key: String
        /// The value's bytes, without quotes; nil where there is no `=` or `:`.
        let value: Range<Int>?
        /// The quotes around the value.
        let quote: UInt8?
        /// What stands between the key and the value.
        let separator: [UInt8]
        /// Where the line ends.
        let end: Int
        /// How far the line is indented.
        let indent: Int
        /// Whether some readers take the line for the rest of the one before.
        let continues: Bool
        /// Whether some readers take the line behind for the rest of this one.
        var isContinued = false

        /// The blank that people put before a value, where they put one before the sign.
        var gap: [UInt8] { separator.first == 0x20 ? [0x20] : [] }
    }

    private let bytes: [UInt8]
    private var found: [Line] = []
    private var section: String?
    /// The index of the entry that an indented line would go on from.
    private var open: Int?
    private var endsInBackslash = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func lines() throws(DocumentProblem) -> [Line] {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw .malformed("the document is not UTF-8")
        }
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var number = 1
        while start < bytes.count {
            let newline = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            let isCRLF = newline > start && bytes[newline - 1] == 0x0D
            try line(start..<(isCRLF ? newline - 1 : newline), number)
            start = newline + 1
            number += 1
        }
        return found
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isComment(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ";") || byte == UInt8(ascii: "#")
    }

    private mutating func line(_ range: Range<Int>, _ number: Int) throws(DocumentProblem) {
        // Some readers take them for the end of a line, some for a blank.
        guard !bytes[range].contains(where: { $0 < 0x20 && $0 != 0x09 }) else {
            throw .malformed("there is a control character in line \(number)")
        }
        let wasContinued = endsInBackslash
        endsInBackslash = bytes[range].last == UInt8(ascii: "\\")
        let start = bytes[range].firstIndex { !Self.isBlank($0) } ?? range.upperBound
        guard start < range.upperBound, !Self.isComment(bytes[start]) || wasContinued else {
            return
        }
        // Beyond ASCII, only some readers see the blank.
        let first = String(decoding: bytes[start...].prefix(3), as: UTF8.self).first
        guard bytes[start] < 0x80 || first?.isWhitespace != true else {
            throw .malformed("line \(number) begins with a blank that is not ASCII")
        }
        let indent = start - range.lowerBound
        let continues = wasContinued || continuesEntry(indent)
        if continues, let open, case .entry(var entry) = found[open] {
            entry.isContinued = true
            found[open] = .entry(entry)
        }
        if bytes[start] == UInt8(ascii: "[") {
            guard !continues else {
                throw .ambiguous("line \(number) is a section or belongs to the line before")
            }
            section = try header(start..<range.upperBound, number)
            open = nil
            found.append(.section(section ?? "", end: range.upperBound))
            return
        }
        let entry = entry(start..<range.upperBound, indent: indent, continues: continues)
        found.append(.entry(entry))
        if !continues { open = found.count - 1 }
    }

    /// Whether a line with this indent belongs to the entry before, as Python's configparser says.
    private func continuesEntry(_ indent: Int) -> Bool {
        guard let open, case .entry(let entry) = found[open] else { return false }
        return indent > entry.indent
    }

    private func header(_ range: Range<Int>, _ number: Int) throws(DocumentProblem) -> String {
        let malformed = DocumentProblem.malformed("the document is not INI in line \(number)")
        let inner = bytes[(range.lowerBound + 1)..<range.upperBound]
        guard let close = inner.firstIndex(of: UInt8(ascii: "]")) else { throw malformed }
        let behind = inner[(close + 1)...].first { !Self.isBlank($0) }
        guard behind.map(Self.isComment) ?? true else { throw malformed }
        return String(decoding: inner[..<close], as: UTF8.self)
    }

    private func entry(_ range: Range<Int>, indent: Int, continues: Bool) -> Entry {
        let line = bytes[range]
        let sign = line.firstIndex { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }
        var keyEnd = sign ?? range.upperBound
        while keyEnd > range.lowerBound, Self.isBlank(bytes[keyEnd - 1]) { keyEnd -= 1 }
        let key = String(decoding: bytes[range.lowerBound..<keyEnd], as: UTF8.self)
        guard let sign else {
            return Entry(
                section: section, key: key, value: nil, quote: nil, separator: [],
                end: range.upperBound, indent: indent, continues: continues)
        }
        let start = bytes[(sign + 1)..<range.upperBound].firstIndex { !Self.isBlank($0) }
        let (value, quote) = value((start ?? range.upperBound)..<range.upperBound)
        let separator = Array(bytes[keyEnd..<(start ?? range.upperBound)])
        return Entry(
            section: section, key: key, value: value, quote: quote, separator: separator,
            end: range.upperBound, indent: indent, continues: continues)
    }

    /// The value that stands in `range`, without quotes and a comment behind it.
    private func value(_ range: Range<Int>) -> (Range<Int>, quote: UInt8?) {
        let line = bytes[range]
        if let quote = line.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
            let close = line.dropFirst().firstIndex(of: quote)
        {
            let behind = line[(close + 1)...]
            let comment = behind.firstIndex { !Self.isBlank($0) }
            let isEnd = comment.map { Self.isComment(bytes[$0]) && $0 > close + 1 } ?? true
            if isEnd { return ((range.lowerBound + 1)..<close, quote) }
        }
        var end = range.upperBound
        var before: UInt8 = 0x20
        for (index, byte) in zip(range, line) {
            if Self.isComment(byte), Self.isBlank(before) {
                end = index
                break
            }
            before = byte
        }
        while end > range.lowerBound, Self.isBlank(bytes[end - 1]) { end -= 1 }
        return (range.lowerBound..<end, nil)
    }
}
