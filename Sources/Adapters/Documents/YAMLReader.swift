// Yams's own nodes have lost the places of what they were made from, and follow aliases. The events
// of the libyaml inside it have both ends of every scalar, and say how it is written.
import CYaml

/// Reads the events of a YAML document with their places; see ``YAMLDocument``.
final class YAMLReader {
    private static let deepest = 64
    private static let most = 200_000

    private let bytes: ArraySlice<UInt8>
    /// Where each character starts, since libyaml counts them; empty where each is one byte.
    private let starts: [Int]
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// A reader of `bytes`, with or without a byte order mark.
    init(_ bytes: [UInt8]) throws(DocumentProblem) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw .malformed("the document is not UTF-8")
        }
        // libyaml would count the mark as a column of the first line.
        let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let text = hasMark ? bytes.dropFirst(3) : bytes[...]
        let isASCII = text.allSatisfy { $0 < 0x80 }
        self.bytes = text
        starts = isASCII ? [] : text.indices.filter { text[$0] & 0xC0 != 0x80 } + [text.endIndex]
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deinitialize(count: 1)
        parser.deallocate()
    }

    /// Everything that happens in the document.
    func events() throws(DocumentProblem) -> [YAMLEvent] {
        do {
            return try bytes.withUnsafeBufferPointer { buffer in
                yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
                return try readAll()
            }
        } catch let problem as DocumentProblem {
            throw problem
        } catch {
            throw .malformed("the document is not YAML")
        }
    }

    private func readAll() throws(DocumentProblem) -> [YAMLEvent] {
        var events: [YAMLEvent] = []
        var depth = 0
        while true {
            let event = try next()
            events.append(event)
            depth += event.begins ? 1 : event.ends ? -1 : 0
            guard depth <= Self.deepest else {
                throw .malformed("the document is nested more than \(Self.deepest) deep")
            }
            guard events.count <= Self.most else {
                throw .malformed("the file has more than \(Self.most / 2) values")
            }
            if event.kind == .streamEnd { return events }
        }
    }

    private func next() throws(DocumentProblem) -> YAMLEvent {
        var raw = yaml_event_t()
        guard yaml_parser_parse(parser, &raw) == 1 else {
            // libyaml's words are constants and quote nothing of the document.
            let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it ends too early"
            let line = parser.pointee.problem_mark.line + 1
            throw .malformed("the document is not YAML in line \(line): \(problem)")
        }
        defer { yaml_event_delete(&raw) }
        guard let event = YAMLEvent(raw, offset: offset) else {
            throw .malformed("the document is not YAML")
        }
        return event
    }

    private func offset(_ index: Int) -> Int {
        guard !starts.isEmpty else { return min(bytes.startIndex + index, bytes.endIndex) }
        return index < starts.count ? starts[index] : bytes.endIndex
    }
}
