import FoundationEssentials

/// Finds a secret in what a file or a store holds; errors never quote it.
enum SecretText {
    /// All of it, but for a line feed at its end.
    static func whole(_ data: Data) throws(CredentialUnreadable) -> String {
        guard var text = String(data: data, encoding: .utf8) else {
            throw CredentialUnreadable("it isn't UTF-8")
        }
        // A carriage return and a line feed are one character.
        if text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else { throw CredentialUnreadable("it is empty") }
        return text
    }

    /// All of a file, but for a line feed at its end.
    static func contents(of path: String) throws(CredentialUnreadable) -> String {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw CredentialUnreadable("it can't be read")
        }
        return try whole(data)
    }

    /// A JSON object, of which only texts and objects matter.
    enum JSON: Decodable {
        case text(String)
        case object([String: JSON])
        case other

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                self = .text(text)
            } else if let object = try? decoder.singleValueContainer()
                .decode([String: JSON].self)
            {
                self = .object(object)
            } else {
                self = .other
            }
        }

        init(_ data: Data) throws(CredentialUnreadable) {
            guard let document = try? JSONDecoder().decode(JSON.self, from: data) else {
                throw CredentialUnreadable("it isn't JSON")
            }
            self = document
        }

        /// The text in the field that `path` leads to, one name after another with dots between.
        func text(at path: String) throws(CredentialUnreadable) -> String {
            var here = self
            for name in path.split(separator: ".") {
                guard case .object(let fields) = here, let next = fields[String(name)] else {
                    throw CredentialUnreadable("it has no field \(path)")
                }
                here = next
            }
            guard case .text(let text) = here, !text.isEmpty else {
                throw CredentialUnreadable("the field \(path) isn't a text, or an empty one")
            }
            return text
        }
    }
}
