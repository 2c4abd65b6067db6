import FoundationEssentials

extension HTTPResponse {
    /// Reads the body as JSON.
    ///
    /// Throws `interrupted`, since the server did something that can't be read. The message names
    /// the place in the document and never what stands there.
    public func json<Value: Decodable>(
        _ type: Value.Type = Value.self
    ) throws(HTTPFailure) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch let error as DecodingError {
            throw HTTPFailure(.interrupted, Self.explain(error))
        } catch {
            throw HTTPFailure(.interrupted, "the answer isn't JSON")
        }
    }

    private static func explain(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            "the answer lacks \(path(context.codingPath + [key]))"
        case .valueNotFound(_, let context): "\(path(context.codingPath)) is null in the answer"
        case .typeMismatch(let type, let context):
            "\(path(context.codingPath)) isn't \(type) in the answer"
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            "\(path(context.codingPath)) can't be read in the answer"
        case .dataCorrupted: "the answer isn't JSON"
        @unknown default: "the answer can't be read"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        guard !keys.isEmpty else { return "the whole" }
        return keys.map { key in
            key.intValue.map { "[\($0)]" } ?? key.stringValue
        }.joined(separator: ".")
    }
}
