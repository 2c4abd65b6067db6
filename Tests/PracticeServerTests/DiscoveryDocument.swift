/// A Google API's discovery document, and whether an answer fits one of its schemas.
struct DiscoveryDocument: Sendable {
    private let schemas: JSON

    static let iam = Contract.document("google-iam/iam-oauthclients-and-sakeys.discovery.json")
        .map { DiscoveryDocument(schemas: $0["schemas"]) }

    /// What is wrong with an answer, in words; empty when it fits.
    func problems(_ answer: RawHTTP.Answer, as schema: String) -> [String] {
        guard answer.status == 200 else { return ["the status is \(answer.status)"] }
        guard answer.headers["content-type"]?.hasPrefix("application/json") ?? false else {
            return ["the type is \(answer.headers["content-type"] ?? "absent")"]
        }
        return check(answer.json, schemas[schema], at: "$")
    }

    /// Members that the document does not name are problems too: they would be our invention.
    private func check(_ value: JSON, _ found: JSON, at path: String) -> [String] {
        let schema = found["$ref"].string.map { schemas[$0] } ?? found
        switch (schema["type"].string, value) {
        case ("object", .object(let members)):
            return members.flatMap { name, member in
                let inner = schema["properties"][name]
                return inner == .null
                    ? ["\(path).\(name) is not in the document"]
                    : check(member, inner, at: "\(path).\(name)")
            }
        case ("array", .array(let items)):
            return items.enumerated().flatMap { index, item in
                check(item, schema["items"], at: "\(path)[\(index)]")
            }
        case ("string", .string(let text)):
            let words = schema["enum"].array.compactMap(\.string)
            return words.isEmpty || words.contains(text) ? [] : ["\(path) is \(text)"]
        case ("boolean", .bool): return []
        case (let type, _): return ["\(path) is no \(type ?? "known thing")"]
        }
    }
}
