import RotationCore

/// A request as a plan writes it: a method, a path and a JSON body with places to fill.
struct RequestTemplate: Sendable {
    /// What may stand in braces.
    enum Place: String, CaseIterable {
        case clientID = "client_id"
        case id
        case label
        case secret
    }

    let method: String
    private let path: String
    private let body: JSONDocument?

    /// Reads `method`, `path` and `body`; `places` are those that this request has values for.
    init(_ settings: Settings, method standard: String, places: [Place]) throws(AdapterError) {
        method = try settings.text("method") ?? standard
        path = try settings.requiredText("path")
        guard path.hasPrefix("/"), path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw settings.invalid("path", "is not a path such as /clients/{client_id}/secrets")
        }
        guard Self.unknown(in: path, places) == nil, !path.contains("{secret}") else {
            throw settings.invalid("path", "may hold \(Self.list(places.filter { $0 != .secret }))")
        }
        guard let text = try settings.text("body") else {
            body = nil
            return
        }
        do throws(JSONDocument.Malformed) { body = try JSONDocument(Array(text.utf8)) } catch {
            throw settings.invalid("body", "is not JSON: look at byte \(error.offset)")
        }
        // Braces are JSON's too, so only what stands in a string counts.
        for string in strings where Self.unknown(in: string.text, places) != nil {
            throw settings.invalid("body", "may hold \(Self.list(places)) in its strings")
        }
    }

    private static func list(_ places: [Place]) -> String {
        places.map { "{\($0.rawValue)}" }.joined(separator: ", ")
    }

    /// The first word in braces that has no value.
    private static func unknown(in text: String, _ places: [Place]) -> String? {
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            let word = String(rest[rest.index(after: open)..<close])
            if !places.contains(where: { $0.rawValue == word }) { return word }
            rest = rest[rest.index(after: close)...]
        }
        return nil
    }

    /// The path with each value escaped as one segment.
    func path(_ values: [Place: String]) -> String {
        Self.fill(path, values.mapValues { URLPart.segment($0) })
    }

    /// The body with each value inside the string that names it, escaped as JSON asks.
    func body(_ values: [Place: String]) -> [UInt8]? {
        guard let body else { return nil }
        var filled: [UInt8] = []
        var end = 0
        for string in strings {
            filled += body.bytes[end..<string.range.lowerBound]
            filled += JSONDocument.literal(Self.fill(string.text, values))
            end = string.range.upperBound
        }
        return filled + body.bytes[end...]
    }

    /// In one pass: what a value holds is not filled again.
    private static func fill(_ text: String, _ values: [Place: String]) -> String {
        var filled = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            filled += rest[..<open]
            rest = rest[open...]
            let place = Place.allCases.first { rest.hasPrefix("{\($0.rawValue)}") }
            guard let place, let value = values[place] else {
                filled.append(rest.removeFirst())
                continue
            }
            filled += value
            rest = rest.dropFirst(place.rawValue.count + 2)
        }
        return filled + rest
    }

    private struct Text {
        let text: String
        let range: Range<Int>
    }

    /// The strings of the body that are values, in their order.
    private var strings: [Text] { body.map { Self.strings(in: $0.root) } ?? [] }

    private static func strings(in node: JSONDocument.Node) -> [Text] {
        switch node {
        case .string(let text, let range): [Text(text: text, range: range)]
        case .object(let members, _): members.flatMap { strings(in: $0.value) }
        case .array(let items, _): items.flatMap { strings(in: $0) }
        case .number, .boolean, .null: []
        }
    }
}
