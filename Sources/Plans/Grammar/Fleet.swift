/// One file for many clients: `clients:` under shared defaults.
struct Fleet {
    /// The plans of the fleet, each a mapping of its own.
    private(set) var plans: [DocumentNode] = []
    /// What doesn't fit.
    private(set) var problems: [PlanProblem] = []

    private let file: String
    private let grammar: PlanGrammar

    /// Spreads `root` out; a document without `clients:` is a fleet of one.
    init(_ root: DocumentNode, file: String, grammar: PlanGrammar) {
        self.file = file
        self.grammar = grammar
        guard let entries = root.entries, let list = root["clients"] else {
            plans = [fillIn(root)]
            return
        }
        let defaults = entries.filter { $0.key != "clients" }
        if let entry = defaults.first(where: { $0.key == "client" }) {
            fail(
                entry.mark, "client-in-defaults", "`client` can't be shared by a fleet",
                "move it into `clients:`")
        }
        guard let items = list.items, !items.isEmpty else {
            if case .broken = list.content { return }
            fail(
                list.mark, "wrong-type", "clients: a list of clients is needed here",
                "begin each with a dash: `- client: billing-api`")
            return
        }
        plans = items.map { merge($0, over: defaults) }
    }

    /// An entry's keys replace the defaults' as a whole; nothing is mixed below the first level.
    private mutating func merge(_ item: DocumentNode, over defaults: [DocumentEntry])
        -> DocumentNode
    {
        guard let own = item.entries else { return item }
        let inherited = defaults.filter { item[$0.key] == nil }
        return fillIn(DocumentNode(content: .mapping(own + inherited), mark: item.mark))
    }

    /// Puts `client` and `client_id` in where values say `{client}` and `{client_id}`.
    private mutating func fillIn(_ plan: DocumentNode) -> DocumentNode {
        guard let client = plan["client"]?.text, let entries = plan.entries else { return plan }
        let clientID = plan["client_id"]?.text?.replacing("{client}", with: client)
        var filled: [DocumentEntry] = []
        for var entry in entries where entry.key != "client" {
            entry.value =
                entry.key == "client_id"
                ? replace(["client": client], in: entry.value)
                : replace(["client": client, "client_id": clientID ?? ""], in: entry.value)
            filled.append(entry)
        }
        filled += entries.filter { $0.key == "client" }
        return DocumentNode(content: .mapping(filled), mark: plan.mark)
    }

    private mutating func replace(_ values: [String: String], in node: DocumentNode) -> DocumentNode
    {
        var node = node
        switch node.content {
        case .scalar(let text, let isPlain):
            guard text.utf8.contains(UInt8(ascii: "{")) else { return node }
            let spelled = spell(text, with: values, at: node.mark)
            // A number that came out of a name is still text.
            node.content = .scalar(spelled, isPlain: isPlain && spelled == text)
        case .sequence(let items):
            node.content = .sequence(items.map { replace(values, in: $0) })
        case .mapping(let entries):
            node.content = .mapping(
                entries.map {
                    DocumentEntry(
                        key: $0.key, mark: $0.mark, value: replace(values, in: $0.value))
                })
        case .broken: break
        }
        return node
    }

    /// One pass, so that what is put in is not looked at again.
    private mutating func spell(_ text: String, with values: [String: String], at mark: Mark)
        -> String
    {
        var (result, rest) = ("", text[...])
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            let tail = rest[open...]
            guard let close = tail.firstIndex(of: "}") else { return result + tail }
            let word = String(tail[tail.index(after: open)..<close])
            if let value = values[word] {
                result += value
                rest = tail[tail.index(after: close)...]
                continue
            }
            if let match = Nearest.match(for: word, among: Array(values.keys)), !word.isEmpty {
                fail(
                    mark, "unknown-placeholder", "there is no placeholder \("{\(word)}".shown)",
                    "did you mean {\(match)}?")
            }
            result += "{"
            rest = tail.dropFirst()
        }
        return result + rest
    }

    private mutating func fail(_ mark: Mark, _ code: String, _ message: String, _ hint: String) {
        problems.append(
            PlanProblem(
                file: file, line: mark.line, column: mark.column, code: code, message: message,
                suggestion: hint))
    }
}
