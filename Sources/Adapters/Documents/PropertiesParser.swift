/// Finds the properties of a Java properties file; see ``PropertiesDocument``.
struct PropertiesParser {
    /// One property.
    struct Entry: Sendable {
        /// Decoded; bytes that aren't ASCII are as they stand there.
        let key: [UInt8]
        /// The value's bytes, as they are spelled.
        let value: Range<Int>
        /// Whether `=` or `:` stands before the value.
        let hasSign: Bool
        /// Whether it goes on over several lines.
        let isContinued: Bool
    }

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func entries() throws(DocumentProblem) -> [Entry] {
        var found: [Entry] = []
        while position < bytes.count {
            skipBlanks()
            switch current {
            case UInt8(ascii: "#"), UInt8(ascii: "!"): skipComment()
            case nil, 0x0A, 0x0D: skipLineEnd()
            default: found.append(try entry())
            }
        }
        return found
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0C
    }

    private static func isLineEnd(_ byte: UInt8?) -> Bool {
        byte == nil || byte == 0x0A || byte == 0x0D
    }

    private mutating func skipBlanks() {
        while let byte = current, Self.isBlank(byte) { position += 1 }
    }

    private mutating func skipLineEnd() {
        if bytes[position...].starts(with: [0x0D, 0x0A]) { position += 1 }
        position += 1
        line += 1
    }

    private mutating func skipComment() {
        while !Self.isLineEnd(current) { position += 1 }
        if position < bytes.count { skipLineEnd() }
    }

    private mutating func entry() throws(DocumentProblem) -> Entry {
        let start = line
        var isContinued = false
        let key = part(&isContinued) { Self.isBlank($0) || $0 == 0x3D || $0 == 0x3A }
        skipBlanksAndLines(&isContinued)
        let hasSign = current == 0x3D || current == 0x3A
        if hasSign {
            position += 1
            skipBlanksAndLines(&isContinued)
        }
        let valueStart = position
        let value = part(&isContinued) { _ in false }
        let range = valueStart..<position
        if position < bytes.count { skipLineEnd() }
        // Java refuses the whole file for one such escape.
        guard let key = Self.unescaped(key[...]), Self.unescaped(value[...]) != nil else {
            throw .malformed(
                "the document is not Java properties in line \(start): an escape (\\u)")
        }
        return Entry(key: key, value: range, hasSign: hasSign, isContinued: isContinued)
    }

    /// Bytes up to one that ends the part, or to the end of the line that is not continued.
    private mutating func part(_ isContinued: inout Bool, until isEnd: (UInt8) -> Bool) -> [UInt8] {
        var part: [UInt8] = []
        while let byte = current, !Self.isLineEnd(byte), !isEnd(byte) {
            position += 1
            guard byte == UInt8(ascii: "\\") else {
                part.append(byte)
                continue
            }
            if Self.isLineEnd(current) {
                isContinued = true
                continueLine()
            } else {
                part += [byte, bytes[position]]
                position += 1
            }
        }
        return part
    }

    private mutating func skipBlanksAndLines(_ isContinued: inout Bool) {
        skipBlanks()
        while current == UInt8(ascii: "\\"), Self.isLineEnd(next) {
            position += 1
            isContinued = true
            continueLine()
            skipBlanks()
        }
    }

    private var next: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

    /// Over a line end behind a backslash, and the blanks of the next line.
    private mutating func continueLine() {
        if position < bytes.count { skipLineEnd() }
        skipBlanks()
    }

    /// What `raw` stands for, in UTF-8; nil where an escape of a character isn't one.
    static func unescaped(_ raw: ArraySlice<UInt8>) -> [UInt8]? {
        var plain: [UInt8] = []
        var units: [UInt16] = []
        var rest = raw
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
                guard flush(&units, to: &plain) else { return nil }
                plain.append(byte)
                continue
            }
            if escaped == UInt8(ascii: "u") {
                let digits = rest.prefix(4)
                guard let unit = unit(digits) else { return nil }
                rest = rest.dropFirst(4)
                units.append(unit)
                continue
            }
            guard flush(&units, to: &plain) else { return nil }
            switch escaped {
            case UInt8(ascii: "t"): plain.append(0x09)
            case UInt8(ascii: "n"): plain.append(0x0A)
            case UInt8(ascii: "f"): plain.append(0x0C)
            case UInt8(ascii: "r"): plain.append(0x0D)
            default: plain.append(escaped)
            }
        }
        return flush(&units, to: &plain) ? plain : nil
    }

    private static func unit(_ digits: ArraySlice<UInt8>) -> UInt16? {
        guard digits.count == 4 else { return nil }
        var unit: UInt16 = 0
        for byte in digits {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    /// Halves of one character may follow each other; a half alone is no text.
    private static func flush(_ units: inout [UInt16], to plain: inout [UInt8]) -> Bool {
        guard !units.isEmpty else { return true }
        defer { units = [] }
        guard let text = String(validating: units, as: UTF16.self) else { return false }
        plain += Array(text.utf8)
        return true
    }
}
