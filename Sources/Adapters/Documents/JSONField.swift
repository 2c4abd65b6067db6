import RotationCore

/// One string in a JSON document that somebody else wrote, by the way to it.
struct JSONField: Sendable {
    /// The adapter's type, in front of every code and message.
    let adapter: String
    /// What the document is called in messages: `the file`.
    let noun: String
    private let steps: [String]

    /// The field at `path`: `a.b.c`, or a JSON pointer such as `/a~1b/c` (RFC 6901); nil where it
    /// is neither.
    init?(_ path: String, adapter: String, noun: String) {
        guard let steps = Self.steps(path) else { return nil }
        (self.adapter, self.noun, self.steps) = (adapter, noun, steps)
    }

    private static func steps(_ path: String) -> [String]? {
        guard path.hasPrefix("/") else {
            let steps = path.split(separator: ".", omittingEmptySubsequences: false)
            return steps.contains("") ? nil : steps.map(String.init)
        }
        return path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            // The order matters: RFC 6901 §4.
            String($0.replacing("~1", with: "/").replacing("~0", with: "~"))
        }
    }

    /// The string there; nil where there is none, or null.
    func text(in content: [UInt8]) throws(AdapterError) -> String? {
        switch try node(at: steps, in: try document(content)) {
        case .string(let text, _): return text
        case .null, nil: return nil
        case .object, .array, .number, .boolean: throw notAString
        }
    }

    /// `content` with `text` there, and every other byte as it was.
    func replacing(with text: String, in content: [UInt8]) throws(AdapterError) -> [UInt8] {
        let document = try document(content)
        switch try node(at: steps, in: document) {
        case .string(_, let range), .null(let range):
            return document.replacing(range, with: text)
        case .object, .array, .number, .boolean: throw notAString
        case nil:
            guard let key = steps.last,
                case .object(let members, let range)? = try node(
                    at: steps.dropLast(), in: document)
            else { throw refused("field-missing", "the object around the field is missing") }
            return document.adding(key, text, to: members, in: range)
        }
    }

    private func document(_ content: [UInt8]) throws(AdapterError) -> JSONDocument {
        do throws(JSONDocument.Malformed) {
            return try JSONDocument(content)
        } catch {
            throw refused("malformed", "\(noun) is not JSON from byte \(error.offset) on")
        }
    }

    private func node(at steps: [String], in document: JSONDocument)
        throws(AdapterError) -> JSONDocument.Node?
    {
        do throws(JSONDocument.Ambiguous) {
            return try document.node(at: steps)
        } catch {
            throw refused("ambiguous", "a key on the way to the field is there twice")
        }
    }

    private var notAString: AdapterError { refused("not-a-string", "the field is not a string") }

    private func refused(_ code: String, _ reason: String) -> AdapterError {
        AdapterError(.refused, code: "\(adapter)-\(code)", message: "\(adapter): \(reason)")
    }
}
