/// A file of Java properties, by the bytes that each of its values takes up, so that one can be
/// exchanged and every other byte left as it is.
///
/// Read as `java.util.Properties.load` says. Readers take the bytes for ISO 8859-1 or for UTF-8, so
/// what isn't ASCII is written as `\uXXXX`, which both understand, and a value with such bytes is
/// refused.
struct PropertiesDocument: Sendable {
    let bytes: [UInt8]
    private let entries: [PropertiesParser.Entry]

    private func entry(of key: String) throws(DocumentProblem) -> PropertiesParser.Entry? {
        let wanted = Array(key.utf8)
        let found = entries.filter { $0.key == wanted }
        guard found.count < 2 else { throw .ambiguous("the property is there twice") }
        guard let entry = found.first else { return nil }
        guard !entry.isContinued else {
            throw .multiLine("the property goes on over several lines: put it in one")
        }
        return entry
    }
}

extension PropertiesDocument: EditableDocument {
    init(reading bytes: [UInt8]) throws(DocumentProblem) {
        var parser = PropertiesParser(bytes)
        entries = try parser.entries()
        self.bytes = bytes
    }

    func text(at path: [String]) throws(DocumentProblem) -> String? {
        try entry(of: path.last ?? "").flatMap { entry throws(DocumentProblem) in
            try Self.text(of: bytes[entry.value])
        }
    }

    func setting(_ path: [String], to text: String) throws(DocumentProblem) -> [UInt8] {
        let key = path.last ?? ""
        guard !Self.isExpression(text) else { throw .unrepresentable }
        let changed: [UInt8]
        if let entry = try entry(of: key) {
            _ = try Self.text(of: bytes[entry.value])
            let isKeyOnly = entry.value.isEmpty && !entry.hasSign
            let spelled = Self.spelled(text, behindBlank: !entry.hasSign && !isKeyOnly)
            changed = Self.exchanging(
                entry.value, of: bytes, with: (isKeyOnly ? Array("=".utf8) : []) + spelled)
        } else {
            let line = Self.spelledKey(key) + Array("=".utf8)
            changed = Self.appending(line + Self.spelled(text, behindBlank: false), to: bytes)
        }
        guard let after = try? PropertiesDocument(reading: changed),
            (try? after.text(at: path)) == text, rest(without: key) == after.rest(without: key)
        else { throw .unrepresentable }
        return changed
    }

    /// Every other property: its key, and how its value is spelled.
    private func rest(without key: String) -> [[[UInt8]]] {
        let wanted = Array(key.utf8)
        return entries.filter { $0.key != wanted }.map { [$0.key, Array(bytes[$0.value])] }
    }
}

// MARK: - Spelling

extension PropertiesDocument {
    /// What Spring, Quarkus and MicroProfile would put something else in place of.
    private static func isExpression(_ text: String) -> Bool {
        text.contains("${") || text.contains("#{")
    }

    private static func text(of raw: ArraySlice<UInt8>) throws(DocumentProblem) -> String {
        guard raw.allSatisfy({ $0 < 0x80 }) else {
            throw .ambiguous(
                "the value has bytes that are not ASCII: readers take them for ISO 8859-1 or UTF-8")
        }
        guard let plain = PropertiesParser.unescaped(raw),
            let text = String(validating: plain, as: UTF8.self)
        else { throw .malformed("an escape (\\u) in the value is not one") }
        guard !isExpression(text) else {
            throw .ambiguous("the value has an expression (${ or #{) in it")
        }
        return text
    }

    /// A value; behind a blank alone, a sign at its beginning would be the separator.
    private static func spelled(_ text: String, behindBlank: Bool) -> [UInt8] {
        let units = Array(text.utf16)
        return units.enumerated().flatMap { index, unit -> [UInt8] in
            let isEdge = index == 0 || index == units.count - 1
            switch unit {
            case 0x5C: return Array("\\\\".utf8)
            case 0x09: return Array("\\t".utf8)
            case 0x0A: return Array("\\n".utf8)
            case 0x0C: return Array("\\f".utf8)
            case 0x0D: return Array("\\r".utf8)
            // Blanks at the edges are skipped by readers, or by who edits the file.
            case 0x20 where isEdge: return escape(unit)
            case 0x3A, 0x3D: return (index == 0 && behindBlank ? [0x5C] : []) + [UInt8(unit)]
            case 0x20...0x7E: return [UInt8(unit)]
            default: return escape(unit)
            }
        }
    }

    private static func spelledKey(_ key: String) -> [UInt8] {
        key.utf8.flatMap { byte -> [UInt8] in
            " \t=:#!\\".utf8.contains(byte) ? [UInt8(ascii: "\\"), byte] : [byte]
        }
    }

    private static func escape(_ unit: UInt16) -> [UInt8] {
        let hex = HexText.of([UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit)])
        return Array("\\u\(hex)".utf8)
    }
}
