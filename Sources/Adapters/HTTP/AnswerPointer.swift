import RotationCore

/// Where something stands in a JSON answer: a JSON pointer (RFC 6901), such as `/data/0/id`.
struct AnswerPointer: Sendable {
    private let steps: [String]

    /// The answer as a whole.
    static let whole = AnswerPointer(steps: [])

    /// Reads a pointer; nil where `text` is none.
    init?(_ text: String) {
        guard text.isEmpty || text.hasPrefix("/") else { return nil }
        steps = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }

    /// What stands there; nil where there is nothing, or null.
    func node(in document: JSONDocument) throws(JSONDocument.Ambiguous) -> JSONDocument.Node? {
        guard let node = try document.node(at: steps) else { return nil }
        if case .null = node { return nil }
        return node
    }

    /// The same below one item of a list.
    func below(_ list: AnswerPointer, _ index: Int) -> AnswerPointer {
        AnswerPointer(steps: list.steps + ["\(index)"] + steps)
    }

    private init(steps: [String]) { self.steps = steps }
}

extension Settings {
    /// The pointer behind `name`; nil where the plan has none.
    func pointer(_ name: String) throws(AdapterError) -> AnswerPointer? {
        guard let text = try text(name) else { return nil }
        guard let pointer = AnswerPointer(text) else {
            throw invalid(name, "is not a JSON pointer such as /secrets")
        }
        return pointer
    }

    /// The pointer behind `name`.
    func requiredPointer(_ name: String) throws(AdapterError) -> AnswerPointer {
        guard let pointer = try pointer(name) else { throw invalid(name, "is missing") }
        return pointer
    }
}

extension JSONDocument {
    /// A text or a number, as it is spelled; nil where there is nothing, or null.
    func word(at pointer: AnswerPointer?) throws(Unfit) -> String? {
        let node: Node?
        do { node = try pointer?.node(in: self) } catch { throw Unfit() }
        switch node {
        case nil: return nil
        case .string(let text, _): return text
        case .number(let range): return String(decoding: bytes[range], as: UTF8.self)
        case .boolean(let isTrue, _): return isTrue ? "true" : "false"
        case .object, .array, .null: throw Unfit()
        }
    }

    /// What stands at a place is not what was expected there.
    struct Unfit: Error {}
}
