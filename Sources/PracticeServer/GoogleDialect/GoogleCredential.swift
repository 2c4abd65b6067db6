/// A credential of an OAuth client, and what IAM lets be done to them; pure, over one client.
struct GoogleCredential {
    /// Stricter than Google may be, whose limit is not published.
    static let limit = 10

    static func value() -> String { "GOCSPX-" + RandomText.alphanumeric(48).lowercased() }

    struct Request: Decodable {
        var displayName: String?
        var disabled: Bool?
        var clientSecret: String?
        var name: String?
    }

    /// Makes one more under an id that the caller chose.
    static func create(
        _ id: String, _ request: Request, in client: inout PracticeClient, at now: Milliseconds,
        under settings: PracticeSettings
    ) throws(GoogleError) -> PracticeSecret {
        guard isAllowed(id) else { throw .invalid("oauth_client_credential_id") }
        guard request.clientSecret == nil else { throw .invalid("client_secret") }
        guard (request.displayName ?? "").count <= 32 else { throw .invalid("display_name") }
        guard client.secret(id) == nil else { throw .exists }
        guard client.secrets.count < limit else { throw .tooMany }
        return client.add(
            id: id, value: value(), status: request.disabled == true ? .inactive : .active,
            label: request.displayName, at: now, under: settings)
    }

    static func delete(
        _ id: String, in client: inout PracticeClient, at now: Milliseconds,
        under settings: PracticeSettings
    ) throws(GoogleError) {
        guard let secret = client.secret(id) else { throw .notFound }
        guard secret.status == .inactive else { throw .notDisabled }
        client.remove(id, at: now, under: settings)
    }

    private static func isAllowed(_ id: String) -> Bool {
        (4...32).contains(id.utf8.count) && !id.hasPrefix("gcp-")
            && id.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
            }
    }

    /// The object below `parent`, with its value where one alone is shown.
    static func wire(_ secret: PracticeSecret, of parent: String, showsValue: Bool) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string("\(parent)/credentials/\(secret.id)")
        ]
        members["displayName"] = secret.label.map(JSONValue.string)
        // What is false is left out, as in every JSON of a proto.
        members["disabled"] = secret.status == .inactive ? true : nil
        members["clientSecret"] = showsValue ? .string(secret.value) : nil
        return .object(members)
    }
}
