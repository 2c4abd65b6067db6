/// A YAML document (1.1 and 1.2, as libyaml reads it) by the bytes that each of its scalars takes
/// up, so that one can be exchanged and every other byte left as it is.
///
/// Anything may stand elsewhere. On the way to the value are only mappings and sequences without
/// tags, anchors and aliases, and the value stands in one line: where a change here would be one
/// somewhere else as well, or readers disagree about which value counts, the document is refused.
struct YAMLDocument: Sendable {
    let bytes: [UInt8]
    private let events: [YAMLEvent]

    /// What stands at a path.
    private enum Place {
        /// The index of a scalar's event.
        case scalar(Int)
        /// Nothing, in the mapping whose event has this index.
        case absent(Int)
        /// Not even what should be around it.
        case nowhere
    }

    private func place(of path: [String]) throws(DocumentProblem) -> Place {
        guard events.contains(where: { $0.kind == .documentStart }) else { return .nowhere }
        let documents = events.count { $0.kind == .documentStart }
        guard documents == 1 else { throw .ambiguous("the file has \(documents) documents in it") }
        var index = 2
        for (depth, step) in path.enumerated() {
            try refuseNamed(events[index])
            switch events[index].kind {
            case .mappingStart:
                guard let value = try value(of: step, in: index) else {
                    return depth == path.count - 1 ? .absent(index) : .nowhere
                }
                index = value
            case .sequenceStart:
                guard let item = item(step, in: index) else { return .nowhere }
                index = item
            default:
                return .nowhere
            }
        }
        try refuseNamed(events[index])
        guard events[index].kind == .scalar else { throw .notAString }
        return .scalar(index)
    }

    /// What has a name may be somewhere else too, and what is tagged may be anything.
    private func refuseNamed(_ event: YAMLEvent) throws(DocumentProblem) {
        if event.kind == .alias {
            throw .ambiguous("there is an alias (*) on the way to the field: write the value out")
        }
        if event.anchor != nil {
            throw .ambiguous(
                "there is an anchor (&) on the way to the field: it may be used elsewhere")
        }
        if event.tag != nil {
            throw .ambiguous("there is a tag (!) on the way to the field: take it away")
        }
    }

    /// The index behind the node that begins at `index`.
    private func end(of index: Int) -> Int {
        var (next, depth) = (index, 0)
        repeat {
            depth += events[next].begins ? 1 : events[next].ends ? -1 : 0
            next += 1
        } while depth > 0
        return next
    }

    /// The index of the value behind a key; nil where there is none.
    private func value(of key: String, in mapping: Int) throws(DocumentProblem) -> Int? {
        let wanted = Array(key.utf8)
        var found: [Int] = []
        var (merges, hidden) = (false, false)
        var index = mapping + 1
        while events[index].kind != .mappingEnd {
            let (event, value) = (events[index], end(of: index))
            switch event.kind {
            case .scalar where event.text == wanted:
                if event.tag != nil { throw .ambiguous("the field's key has a tag (!)") }
                found.append(value)
            case .scalar:
                merges = merges || (event.style == .plain && event.text == Array("<<".utf8))
            case .alias: hidden = true
            default: break
            }
            index = end(of: value)
        }
        guard found.count < 2 else {
            throw .ambiguous("a key on the way to the field is there twice")
        }
        if hidden {
            throw .ambiguous("an alias (*) is a key beside the field, and may be the field's")
        }
        if found.isEmpty, merges {
            throw .ambiguous("the field may come from a merge key (<<): write it out")
        }
        return found.first
    }

    private func item(_ step: String, in sequence: Int) -> Int? {
        guard let wanted = Int(step), String(wanted) == step, wanted >= 0 else { return nil }
        var index = sequence + 1
        for _ in 0..<wanted {
            guard events[index].kind != .sequenceEnd else { return nil }
            index = end(of: index)
        }
        return events[index].kind == .sequenceEnd ? nil : index
    }
}

// MARK: - Reading and writing

extension YAMLDocument: EditableDocument {
    init(reading bytes: [UInt8]) throws(DocumentProblem) {
        events = try YAMLReader(bytes).events()
        self.bytes = bytes
    }

    func text(at path: [String]) throws(DocumentProblem) -> String? {
        guard case .scalar(let index) = try place(of: path) else { return nil }
        return try text(of: events[index])
    }

    func setting(_ path: [String], to text: String) throws(DocumentProblem) -> [UInt8] {
        switch try place(of: path) {
        case .scalar(let index):
            let event = events[index]
            _ = try self.text(of: event)
            let spelled = try YAMLSpelling.spelled(text, as: event.style)
            let before = event.range.lowerBound > 0 ? bytes[event.range.lowerBound - 1] : 0
            // `key:` alone: the value begins right behind the colon.
            let gap = event.range.isEmpty && before == UInt8(ascii: ":") ? [UInt8(0x20)] : []
            let changed = Self.exchanging(event.range, of: bytes, with: gap + spelled)
            return try proven(changed, path, text, at: index, replaced: 1)
        case .absent(let mapping):
            let end = end(of: mapping) - 1
            let changed = try adding(path.last ?? "", text, mapping, end)
            return try proven(changed, path, text, at: end, replaced: 0)
        case .nowhere:
            guard path.count == 1, let key = path.first, events.count == 2 else {
                throw .fieldMissing("the mapping around the field is missing")
            }
            let line = YAMLSpelling.key(key) + Array(": ".utf8) + YAMLSpelling.double(text)
            let changed = Self.appending(line, to: bytes)
            guard (try? YAMLDocument(reading: changed).text(at: path)) == text else {
                throw .unrepresentable
            }
            return changed
        }
    }

    /// The text of a scalar; nil where a reader gets nothing.
    private func text(of event: YAMLEvent) throws(DocumentProblem) -> String? {
        let text = String(decoding: event.text, as: UTF8.self)
        let isOneLine = !String(decoding: bytes[event.range], as: UTF8.self)
            .unicodeScalars.contains { YAMLSpelling.breaks.contains($0) }
        switch event.style {
        case .literal, .folded:
            throw .multiLine("the field is a block of lines (| or >): put it in one, in quotes")
        case .plain, .single, .double:
            guard isOneLine else { throw .multiLine("the field goes on over several lines") }
            guard event.style == .plain else { return text }
            if YAMLPlain.isNothing(text) { return nil }
            guard YAMLPlain.isText(text) else { throw .notAString }
            return text
        case .none, .flow, .block: throw .notAString
        }
    }

    /// `changed`, where a reader finds in it what was in this one but for the value.
    private func proven(
        _ changed: [UInt8], _ path: [String], _ text: String, at index: Int, replaced: Int
    ) throws(DocumentProblem) -> [UInt8] {
        guard let after = try? YAMLDocument(reading: changed) else { throw .unrepresentable }
        // What is new: the value, and its key where that wasn't there.
        let new = 2 - replaced
        let isSame =
            after.events.count == events.count + new - replaced
            && zip(events[..<index], after.events).allSatisfy { $0.matches($1) }
            && zip(events[(index + replaced)...], after.events[(index + new)...])
                .allSatisfy { $0.matches($1) }
        guard isSame, (try? after.text(at: path)) == text else { throw .unrepresentable }
        return changed
    }
}

// MARK: - Adding

extension YAMLDocument {
    /// The bytes with an entry at the end of the mapping whose events are `start` and `end`.
    private func adding(_ key: String, _ text: String, _ start: Int, _ end: Int)
        throws(DocumentProblem) -> [UInt8]
    {
        let value = Array(": ".utf8) + YAMLSpelling.double(text)
        guard events[start].style == .block else {
            let entry = YAMLSpelling.double(key) + value
            let isEmpty = end == start + 1
            let place = isEmpty ? events[start].range.upperBound : events[end - 1].range.upperBound
            return Self.exchanging(
                place..<place, of: bytes, with: (isEmpty ? [] : Array(", ".utf8)) + entry)
        }
        // The last thing in the mapping that takes up bytes of its own.
        guard let last = events[start..<end].last(where: { !$0.ends || $0.range.count == 1 }),
            last.style != .literal, last.style != .folded
        else { throw .fieldMissing("the field is missing, and a block of lines is before it") }
        let rest = bytes[last.range.upperBound...]
        let place = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.endIndex
        let head = bytes[..<events[start].range.lowerBound]
        let first = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let line = head.lastIndex { $0 == 0x0A || $0 == 0x0D }.map { $0 + 1 } ?? first
        let column = head[line...].count { $0 & 0xC0 != 0x80 }
        let indent = [UInt8](repeating: 0x20, count: column)
        let entry = Self.lineEnd(of: bytes) + indent + YAMLSpelling.key(key) + value
        return Self.exchanging(place..<place, of: bytes, with: entry)
    }
}
