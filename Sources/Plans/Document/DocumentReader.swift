// Yams's own parser composes a whole tree before it can be asked anything: aliases are followed,
// tags of quoted scalars are lost, and the first duplicate key ends it. So plans are read from the
// events of the libyaml that Yams brings along, and a hostile document costs only its bytes.
import CYaml

/// Reads one document of the YAML subset: no anchors, aliases, tags, merge keys, duplicate keys.
///
/// What can be told apart is collected in ``problems``; only syntax errors and exceeded limits end
/// the reading, and then ``read()`` returns nil.
final class DocumentReader {
    /// What a plan may be large.
    enum Limit {
        static let bytes = 1 << 20
        static let depth = 16
        static let nodes = 50_000
        static let scalar = 64 << 10
    }

    /// What was found so far.
    private(set) var problems: [PlanProblem] = []

    private let bytes: [UInt8]
    private let file: String
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var nodes = 0

    /// A reader of `bytes`, which problems call `file`.
    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
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

    /// The document's root; nil where it can't be read, for a reason in ``problems``.
    func read() -> DocumentNode? {
        guard bytes.count <= Limit.bytes else {
            return fail(nil, "too-large", "the file is larger than 1 MiB", "split it")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            return fail(nil, "not-utf8", "the file is not UTF-8", "save it as UTF-8")
        }
        let root = bytes.withUnsafeBufferPointer { buffer -> DocumentNode? in
            yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
            do { return try readDocument() } catch { return nil }
        }
        return root
    }

    /// Thrown where reading can't go on; the reason is in ``problems``.
    private struct Stop: Error {}

    private func readDocument() throws(Stop) -> DocumentNode {
        _ = try next()  // the start of the stream
        var event = try next()
        guard event.type != YAML_STREAM_END_EVENT else {
            fail(nil, "empty", "the file holds no plan", "see plans/examples")
            throw Stop()
        }
        event = try next()
        let root = try readNode(event, depth: 1)
        _ = try next()  // the end of the document
        event = try next()
        if event.type != YAML_STREAM_END_EVENT {
            fail(
                event.mark, "several-documents", "a second document begins here",
                "one file holds one plan, or a fleet under `clients:`")
        }
        return root
    }

    private func readNode(_ event: DocumentEvent, depth: Int) throws(Stop) -> DocumentNode {
        nodes += 1
        guard nodes <= Limit.nodes else {
            fail(event.mark, "too-many-nodes", "more than 50 000 values", "split the file")
            throw Stop()
        }
        guard depth <= Limit.depth else {
            fail(event.mark, "too-deep", "nested more than 16 deep")
            throw Stop()
        }
        var isBroken = false
        if event.hasAnchor {
            fail(event.mark, "anchor", "anchors (&) are not allowed", "write the value out")
        }
        if event.hasTag {
            isBroken = true
            fail(event.mark, "tag", "tags (!) are not allowed", "put text in quotes")
        }
        let content: DocumentNode.Content
        switch event.type {
        case YAML_SCALAR_EVENT: content = try readScalar(event)
        case YAML_SEQUENCE_START_EVENT: content = try readSequence(depth: depth)
        case YAML_MAPPING_START_EVENT: content = try readMapping(depth: depth)
        default:
            fail(event.mark, "alias", "aliases (*) are not allowed", "write the value out")
            content = .broken
        }
        return DocumentNode(content: isBroken ? .broken : content, mark: event.mark)
    }

    private func readScalar(_ event: DocumentEvent) throws(Stop) -> DocumentNode.Content {
        guard event.length <= Limit.scalar else {
            fail(event.mark, "scalar-too-long", "a value longer than 64 KiB")
            throw Stop()
        }
        return .scalar(event.text, isPlain: event.isPlain)
    }

    private func readSequence(depth: Int) throws(Stop) -> DocumentNode.Content {
        var items: [DocumentNode] = []
        var event = try next()
        while event.type != YAML_SEQUENCE_END_EVENT {
            items.append(try readNode(event, depth: depth + 1))
            event = try next()
        }
        return .sequence(items)
    }

    private func readMapping(depth: Int) throws(Stop) -> DocumentNode.Content {
        var entries: [DocumentEntry] = []
        var lines: [String: Int] = [:]
        var event = try next()
        while event.type != YAML_MAPPING_END_EVENT {
            let key = try readNode(event, depth: depth + 1)
            let value = try readNode(try next(), depth: depth + 1)
            event = try next()
            guard case .scalar(let name, let isPlain) = key.content else {
                if case .broken = key.content { continue }
                fail(key.mark, "bad-key", "a key must be a single word")
                continue
            }
            if name == "<<", isPlain {
                fail(key.mark, "merge-key", "merge keys (<<) are not allowed", "write them out")
            } else if let line = lines[name] {
                fail(
                    key.mark, "duplicate-key",
                    "the key \(name.shown) stands on line \(line) already",
                    "keep one of them")
            } else {
                lines[name] = key.mark.line
                entries.append(DocumentEntry(key: name, mark: key.mark, value: value))
            }
        }
        return .mapping(entries)
    }

    private func next() throws(Stop) -> DocumentEvent {
        let event = DocumentEvent()
        guard yaml_parser_parse(parser, &event.event) == 1 else {
            // libyaml's words are constants and quote nothing of the document.
            let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it ends too early"
            let mark = parser.pointee.problem_mark
            fail(
                Mark(line: Int(mark.line) + 1, column: Int(mark.column) + 1), "yaml-syntax",
                "this is not YAML: \(problem)")
            throw Stop()
        }
        return event
    }

    @discardableResult
    private func fail(
        _ mark: Mark?, _ code: String, _ message: String, _ suggestion: String? = nil
    ) -> DocumentNode? {
        problems.append(
            PlanProblem(
                file: file, line: mark?.line ?? 0, column: mark?.column ?? 0, code: code,
                message: message, suggestion: suggestion))
        return nil
    }
}
