/// A `passwordCredential`, and how Entra makes one.
struct EntraSecret {
    /// Two years, where nobody says otherwise.
    static let usualLife: Milliseconds = 730 * 86_400_000
    /// Stricter than a real tenant, whose limit nobody knows.
    static let limit = 20

    /// A value with characters that a form and Basic must escape, as the real ones have.
    static func value() -> String {
        RandomText.alphanumeric(3) + "8Q~" + RandomText.alphanumeric(30) + "@+:-"
    }

    struct Request: Decodable {
        struct Credential: Decodable {
            var displayName: String?
            var endDateTime: String?
            var secretText: String?
            var keyId: String?
        }
        var passwordCredential: Credential?
    }

    /// The object as it is listed; `showsValue` once, in the answer to its creation.
    static func wire(_ secret: PracticeSecret, showsValue: Bool = false) -> JSONValue {
        var members: [String: JSONValue] = [
            "hint": .string(String(secret.value.prefix(3))),
            "keyId": .string(secret.id),
            "startDateTime": .string(secret.created.iso8601),
        ]
        members["displayName"] = secret.label.map(JSONValue.string)
        members["endDateTime"] = secret.expires.map { .string($0.iso8601) }
        members["secretText"] = showsValue ? .string(secret.value) : nil
        return .object(members)
    }
}
