/// An INI file by the bytes that each of its values takes up, so that one can be exchanged and
/// every other byte left as it is.
///
/// There is no standard, so this knows only what readers agree on and refuses the rest: sections,
/// `key = value` or `key: value`, comments on lines of their own or behind a blank, values bare or
/// in quotes. What some reader takes for a comment, an escape, an expression or the rest of the
/// line before is neither read nor written.
struct INIDocument: Sendable {
    let bytes: [UInt8]
    private let lines: [INIParser.Line]

    /// The only entry of a key, with its section's name before it or none.
    private func entry(at path: [String]) throws(DocumentProblem) -> INIParser.Entry? {
        let section = path.count > 1 ? path[0] : nil
        let key = path.last ?? ""
        try checkSection(section)
        let found = lines.compactMap { line -> INIParser.Entry? in
            guard case .entry(let entry) = line, Self.alike(entry.section, section),
                Self.alike(entry.key, key)
            else { return nil }
            return entry
        }
        guard found.count < 2 else {
            throw .ambiguous("the key is there twice, for readers that don't tell case")
        }
        guard let entry = found.first else { return nil }
        guard entry.key == key else {
            throw .ambiguous("the key is spelled with other letters: readers may tell case")
        }
        guard !entry.isContinued else {
            throw .multiLine("the value may go on in the line behind, which is indented")
        }
        guard !entry.continues else {
            throw .ambiguous("the line may belong to the one before, which it goes on from")
        }
        return entry
    }

    private func checkSection(_ section: String?) throws(DocumentProblem) {
        guard let section else { return }
        let found = names.filter { Self.alike($0, section) }
        guard found.count < 2 else { throw .ambiguous("the section is there twice") }
        guard found.first == nil || found.first == section else {
            throw .ambiguous("the section is spelled with other letters: readers may tell case")
        }
    }

    private var names: [String] {
        lines.compactMap { line in
            guard case .section(let name, _) = line else { return nil }
            return name
        }
    }

    /// Whether some reader takes both for the same name.
    private static func alike(_ one: String?, _ other: String?) -> Bool {
        guard let one, let other else { return one == nil && other == nil }
        return trimmed(one).lowercased() == trimmed(other).lowercased()
    }

    private static func trimmed(_ name: String) -> Substring {
        var name = name[...]
        while name.first?.isWhitespace == true { name.removeFirst() }
        while name.last?.isWhitespace == true { name.removeLast() }
        return name
    }
}

// MARK: - Reading and writing

extension INIDocument: EditableDocument {
    init(reading bytes: [UInt8]) throws(DocumentProblem) {
        var parser = INIParser(bytes)
        lines = try parser.lines()
        self.bytes = bytes
    }

    func text(at path: [String]) throws(DocumentProblem) -> String? {
        guard let entry = try entry(at: path) else { return nil }
        return try text(of: entry)
    }

    func setting(_ path: [String], to text: String) throws(DocumentProblem) -> [UInt8] {
        let changed: [UInt8]
        if let entry = try entry(at: path) {
            _ = try self.text(of: entry)
            guard let value = entry.value, Self.isClear(text, quote: entry.quote) else {
                throw .unrepresentable
            }
            // Behind `key =` at the end of its line, as people write it.
            let isBare = value.isEmpty && entry.quote == nil
            let gap = isBare && bytes[value.lowerBound - 1] != 0x20 ? entry.gap : []
            changed = Self.exchanging(value, of: bytes, with: gap + Array(text.utf8))
        } else {
            guard Self.isClear(text, quote: nil) else { throw .unrepresentable }
            changed = try adding(path, text)
        }
        guard let after = try? INIDocument(reading: changed),
            (try? after.text(at: path)) == text, rest(without: path) == after.rest(without: path)
        else { throw .unrepresentable }
        return changed
    }

    private func text(of entry: INIParser.Entry) throws(DocumentProblem) -> String? {
        guard let value = entry.value else {
            throw .ambiguous("the key stands alone, without = or a value")
        }
        guard !value.isEmpty else { return nil }
        let text = String(decoding: bytes[value], as: UTF8.self)
        guard Self.isClear(text, quote: entry.quote) else {
            throw .ambiguous(
                "the value has a character that readers understand differently "
                    + "(; # \\ % ${ or a quote)")
        }
        return text
    }

    /// Whether every reader takes `text` for itself, bare or between quotes.
    private static func isClear(_ text: String, quote: UInt8?) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }), !text.contains("${") else {
            return false
        }
        // configparser takes % for the start of an expression, Git and systemd \ for an escape.
        guard !bytes.contains(where: { "\\%\"".utf8.contains($0) }) else { return false }
        guard let quote else {
            return bytes.first != 0x20 && bytes.last != 0x20 && bytes.first != UInt8(ascii: "'")
                && !bytes.contains(where: { ";#".utf8.contains($0) })
        }
        let isCut = zip(bytes, bytes.dropFirst()).contains { $0 == 0x20 && ";#".utf8.contains($1) }
        return !bytes.contains(quote) && !isCut
    }

    /// Every other line, as it is spelled.
    private func rest(without path: [String]) -> [[[UInt8]]] {
        lines.compactMap { line in
            switch line {
            case .section(let name, _): return [Array(name.utf8)]
            case .entry(let entry):
                let isOurs =
                    entry.key == path.last
                    && Self.alike(entry.section, path.count > 1 ? path[0] : nil)
                guard !isOurs else { return nil }
                return [
                    Array((entry.section ?? "").utf8), Array(entry.key.utf8),
                    entry.value.map { Array(bytes[$0]) } ?? [],
                ]
            }
        }
    }

    /// The bytes with an entry behind the last one of its section, with the same blanks.
    private func adding(_ path: [String], _ text: String) throws(DocumentProblem) -> [UInt8] {
        let section = path.count > 1 ? path[0] : nil
        var place: (end: Int, separator: [UInt8])?
        for line in lines {
            switch line {
            case .section(let name, let end) where name == section:
                place = (end, Array(" = ".utf8))
            case .entry(let entry) where entry.section == section:
                let isAlone = entry.value?.isEmpty ?? true
                place = (entry.end, isAlone ? Array(" = ".utf8) : entry.separator)
            case .section, .entry: break
            }
        }
        let line = { (separator: [UInt8]) in
            Array((path.last ?? "").utf8) + separator + Array(text.utf8)
        }
        let end = Self.lineEnd(of: bytes)
        if let place {
            return Self.exchanging(
                place.end..<place.end, of: bytes, with: end + line(place.separator))
        }
        guard section == nil else { throw .fieldMissing("the section is missing") }
        guard !lines.isEmpty else { return Self.appending(line(Array(" = ".utf8)), to: bytes) }
        // Sections only: what belongs to none stands before them.
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        return Self.exchanging(
            start..<start, of: bytes, with: line(Array(" = ".utf8)) + end)
    }
}
