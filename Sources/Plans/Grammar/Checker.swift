import RotationCore

/// Holds a document against the grammar and collects everything that doesn't fit.
struct Checker {
    private(set) var problems: [PlanProblem] = []
    private let file: String

    init(file: String) { self.file = file }

    /// Checks `node`, which stands at `path`, against `shape`.
    mutating func check(_ node: DocumentNode, as shape: Shape, at path: String) {
        if case .broken = node.content { return }
        switch shape {
        case .list(let element): checkList(node, of: element, at: path)
        case .group(let fields): checkGroup(node, fields, at: path)
        case .target(let role, let descriptors): checkTarget(node, role, descriptors, at: path)
        default: checkScalar(node, as: shape, at: path)
        }
    }

    private mutating func checkList(_ node: DocumentNode, of element: Shape, at path: String) {
        guard let items = node.items else {
            return fail(
                node.mark, "wrong-type", "\(path): a list is needed here, not \(node.kind)",
                "begin each line with a dash, or write [a, b]")
        }
        if items.isEmpty {
            fail(node.mark, "empty-list", "\(path): the list is empty", "fill it, or leave it out")
        }
        for (index, item) in items.enumerated() {
            check(item, as: element, at: "\(path)[\(index + 1)]")
        }
    }

    private mutating func checkGroup(_ node: DocumentNode, _ fields: [Field], at path: String) {
        guard let entries = node.entries else {
            return fail(
                node.mark, "wrong-type",
                "\(path.isEmpty ? "plan" : path): a mapping is needed here, not \(node.kind)",
                "write `key: value` lines")
        }
        for entry in entries {
            guard let field = fields.first(where: { $0.name == entry.key }) else {
                fail(
                    entry.mark, "unknown-key", "unknown key \(join(path, entry.key).shown)",
                    Nearest.hint(for: entry.key, among: fields.map(\.name)))
                continue
            }
            check(entry.value, as: field.shape, at: join(path, entry.key))
        }
        for field in fields where field.isRequired && node[field.name] == nil {
            fail(
                node.mark, "missing-key", "the key \(join(path, field.name).shown) is missing",
                "\(field.name): \(field.summary.lowercasedFirst)")
        }
    }

    private mutating func checkTarget(
        _ node: DocumentNode, _ role: AdapterRole, _ descriptors: [AdapterDescriptor],
        at path: String
    ) {
        let types = descriptors.map(\.type)
        guard node.entries != nil else { return checkGroup(node, [], at: path) }
        if case .broken? = node["type"]?.content { return }
        if let named = node["type"], named.text == nil {
            return fail(
                named.mark, "wrong-type", "\(path).type: a word is needed here, not \(named.kind)",
                Nearest.hint(for: "", among: types))
        }
        guard let type = node["type"]?.text ?? role.standard else {
            return fail(
                node.mark, "missing-key", "the key \(join(path, "type").shown) is missing",
                Nearest.hint(for: "", among: types))
        }
        guard let descriptor = descriptors.first(where: { $0.type == type }) else {
            return fail(
                (node["type"] ?? node).mark, "unknown-type",
                "\(path).type: there is no \(type.shown)", Nearest.hint(for: type, among: types))
        }
        checkGroup(node, PlanGrammar.fields(of: descriptor, as: role), at: path)
    }

    private mutating func checkScalar(_ node: DocumentNode, as shape: Shape, at path: String) {
        guard case .scalar(let text, let isPlain) = node.content, !node.isNull else {
            return fail(
                node.mark, "wrong-type",
                "\(path): \(shape.phrase) is needed here, not \(node.kind)")
        }
        // What an editor would take for a boolean or a number is no text.
        let isBoolean = ["true", "false"].contains(text.lowercased()) && shape.isText
        let isNumber = Spelling.isNumber(text) && shape.isName
        if isPlain, isBoolean || isNumber {
            return fail(
                node.mark, "wrong-type",
                "\(path): text is needed here, not a \(isBoolean ? "boolean" : "number")",
                "put it in quotes if it is meant")
        }
        if let complaint = Complaint(text, isPlain: isPlain, shape: shape) {
            fail(node.mark, complaint.code, "\(path): \(complaint.message)", complaint.suggestion)
        }
    }

    /// Collects a problem.
    mutating func fail(
        _ mark: Mark, _ code: String, _ message: String, _ suggestion: String? = nil
    ) {
        problems.append(
            PlanProblem(
                file: file, line: mark.line, column: mark.column, code: code, message: message,
                suggestion: suggestion))
    }

    private func join(_ path: String, _ key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
