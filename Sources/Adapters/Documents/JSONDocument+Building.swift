/// JSON that is made here, to the byte: with its members in the order that they are given in.
extension JSONDocument {
    /// An object whose values are JSON.
    static func object(_ members: [(name: String, value: [UInt8])]) -> [UInt8] {
        let spelled = members.map { literal($0.name) + [UInt8(ascii: ":")] + $0.value }
        return enclosed("{", spelled, "}")
    }

    /// An object whose values are texts.
    static func object(texts: [(name: String, value: String)]) -> [UInt8] {
        object(texts.map { ($0.name, literal($0.value)) })
    }

    /// An array whose items are JSON.
    static func array(_ items: [[UInt8]]) -> [UInt8] { enclosed("[", items, "]") }

    /// An array of texts.
    static func array(texts: [String]) -> [UInt8] { array(texts.map(literal)) }

    private static func enclosed(_ start: String, _ parts: [[UInt8]], _ end: String) -> [UInt8] {
        Array(start.utf8) + parts.joined(separator: [UInt8(ascii: ",")]) + Array(end.utf8)
    }
}
