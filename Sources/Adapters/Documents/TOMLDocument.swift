/// A TOML document (1.0) by the bytes that each of its strings takes up, so that one can be
/// exchanged and every other byte left as it is.
///
/// It finds strings and checks no more than it needs for that: what it takes may still be refused
/// by a reader for something that stands elsewhere.
struct TOMLDocument: Sendable {
    /// A value that is no table, by its whole path; items of arrays have their index for a key.
    private struct Leaf: Sendable {
        let path: [String]
        let value: TOMLNode
        /// Which statement it stands in.
        let line: Int
    }

    /// A table that has a header.
    private struct Table: Sendable {
        let path: [String]
        let line: Int
    }

    /// An array or inline table: nothing is added to it from elsewhere.
    private struct Closed: Sendable {
        let path: [String]
        let line: Int
    }

    let bytes: [UInt8]
    private let lines: [TOMLParser.Line]
    private var leaves: [Leaf] = []
    private var tables: [Table] = []
    private var closed: [Closed] = []
    /// How many tables each `[[array]]` has.
    private var arrays: [[String]: Int] = [:]
    private var headers: Set<[String]> = []

    private static let most = 100_000

    private mutating func collect() throws(DocumentProblem) {
        var table: [String] = []
        for (index, line) in lines.enumerated() {
            switch line.statement {
            case .header(let key, let isArray):
                table = try place(of: key, isArray: isArray)
                headers.insert(table)
                tables.append(Table(path: table, line: index))
            case .entry(let entry):
                add(entry.value, at: table + entry.key, line: index)
            }
            guard leaves.count <= Self.most else {
                throw .malformed("the file has more than \(Self.most) values")
            }
        }
    }

    /// The path of a header, with the index of the last table for each array on the way.
    private mutating func place(of key: [String], isArray: Bool) throws(DocumentProblem)
        -> [String]
    {
        let path = resolved(Array(key.dropLast())) + key.suffix(1)
        guard isArray else {
            guard arrays[path] == nil else { throw Self.twofold }
            return path
        }
        guard !headers.contains(path) else { throw Self.twofold }
        let count = arrays[path, default: 0]
        arrays[path] = count + 1
        return path + [String(count)]
    }

    private static let twofold = DocumentProblem.malformed(
        "the document is not TOML: a table is an array too")

    private func resolved(_ key: [String]) -> [String] {
        guard !arrays.isEmpty else { return key }
        var path: [String] = []
        for step in key {
            path.append(step)
            if let count = arrays[path] { path.append(String(count - 1)) }
        }
        return path
    }

    private mutating func add(_ value: TOMLNode, at path: [String], line: Int) {
        switch value {
        case .array(let items, _):
            closed.append(Closed(path: path, line: line))
            for (index, item) in items.enumerated() {
                add(item, at: path + [String(index)], line: line)
            }
        case .table(let entries, _):
            closed.append(Closed(path: path, line: line))
            for entry in entries { add(entry.value, at: path + entry.key, line: line) }
        case .string, .lines, .other:
            leaves.append(Leaf(path: path, value: value, line: line))
        }
    }

    /// The value at `path`; nil where there is none.
    private func leaf(at path: [String]) throws(DocumentProblem) -> Leaf? {
        let found = leaves.filter { $0.path == path }
        let twice = DocumentProblem.ambiguous("a key on the way to the field is there twice")
        guard found.count < 2 else { throw twice }
        for table in tables where path.starts(with: table.path) {
            guard tables.count(where: { $0.path == table.path }) == 1 else { throw twice }
        }
        let isCut = leaves.contains { $0.path.count < path.count && path.starts(with: $0.path) }
        guard !isCut || found.isEmpty else { throw twice }
        for one in closed where path.starts(with: one.path) {
            let isAlone =
                !tables.contains { $0.path.starts(with: one.path) }
                && leaves.allSatisfy { $0.line == one.line || !$0.path.starts(with: one.path) }
                && !closed.contains { $0.path == one.path && $0.line != one.line }
            guard isAlone else { throw twice }
        }
        let isTable =
            leaves.contains { $0.path.count > path.count && $0.path.starts(with: path) }
            || tables.contains { $0.path.starts(with: path) }
            || closed.contains { $0.path == path }
        guard !isTable else { throw found.isEmpty ? .notAString : twice }
        return found.first
    }
}

// MARK: - Reading and writing

extension TOMLDocument: EditableDocument {
    init(reading bytes: [UInt8]) throws(DocumentProblem) {
        var parser = TOMLParser(bytes)
        lines = try parser.lines()
        self.bytes = bytes
        try collect()
    }

    func text(at path: [String]) throws(DocumentProblem) -> String? {
        guard let leaf = try leaf(at: path) else { return nil }
        return try Self.held(leaf.value).text
    }

    func setting(_ path: [String], to text: String) throws(DocumentProblem) -> [UInt8] {
        let held = try leaf(at: path)
        let changed: [UInt8]
        if let held {
            let style = try Self.held(held.value).style
            guard let spelled = TOMLText.spelled(text, as: style) else { throw .unrepresentable }
            changed = Self.exchanging(held.value.range, of: bytes, with: spelled)
        } else {
            changed = try adding(path, text)
        }
        guard let after = try? TOMLDocument(reading: changed),
            (try? after.text(at: path)) == text, rest(without: path) == after.rest(without: path)
        else { throw .unrepresentable }
        return changed
    }

    private static func held(_ value: TOMLNode) throws(DocumentProblem)
        -> (text: String, style: TOMLText.Style)
    {
        switch value {
        case .string(let held, _):
            guard let text = held.text else {
                throw .ambiguous("the value has an escape that only TOML 1.1 knows")
            }
            return (text, held.style)
        case .lines:
            throw .multiLine("the field is a string of several lines: put it in one")
        case .array, .table, .other: throw .notAString
        }
    }

    /// Every other value: its path, and how it is spelled.
    private func rest(without path: [String]) -> [[[UInt8]]] {
        leaves.filter { $0.path != path }.map { leaf in
            leaf.path.map { Array($0.utf8) } + [Array(bytes[leaf.value.range])]
        }
    }

    /// The bytes with an entry behind the last one of its table.
    private func adding(_ path: [String], _ text: String) throws(DocumentProblem) -> [UInt8] {
        let missing = DocumentProblem.fieldMissing("the table around the field is missing")
        guard let key = path.last, let value = TOMLText.spelled(text, as: .basic) else {
            throw missing
        }
        let isBare = !key.isEmpty && key.utf8.allSatisfy(TOMLParser.isBare)
        let name = isBare ? Array(key.utf8) : TOMLText.spelled(key, as: .basic) ?? []
        let entry = name + Array(" = ".utf8) + value
        let parent = Array(path.dropLast())
        let header = tables.first { $0.path == parent }?.line
        guard header != nil || parent.isEmpty else { throw missing }
        let next = tables.first { $0.line > header ?? -1 }?.line ?? lines.count
        let end = Self.lineEnd(of: bytes)
        guard next > 0 else {
            // Headers only: the table of the document ends before the first of them.
            guard let first = lines.first else { return Self.appending(entry, to: bytes) }
            let place = first.range.lowerBound
            return Self.exchanging(place..<place, of: bytes, with: entry + end)
        }
        let place = lines[next - 1].range.upperBound
        return Self.exchanging(place..<place, of: bytes, with: end + entry)
    }
}
