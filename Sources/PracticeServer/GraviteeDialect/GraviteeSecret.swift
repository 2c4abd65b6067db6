/// A secret of an application, and what Gravitee lets be done to them; pure, over one client.
struct GraviteeSecret {
    /// `applications.secretsMax`, where nobody says otherwise.
    static let limit = 10

    /// A value with characters that a form and Basic must escape.
    static func value() -> String { RandomText.alphanumeric(41) + "-_" }

    struct Request: Decodable {
        var name: String?
    }

    /// Makes one more; its life is the domain's setting.
    static func create(
        _ request: Request, in client: inout PracticeClient, at now: Milliseconds,
        under settings: PracticeSettings
    ) throws(GraviteeError) -> PracticeSecret {
        let name = (request.name ?? "").trimmed
        guard !name.isEmpty else { throw .invalid }
        guard !client.secrets.contains(where: { $0.label == name }) else { throw .nameTaken(name) }
        guard client.secrets.count < limit else { throw .tooManySecrets }
        let life = settings.graviteeSecretLifeMs
        return client.add(
            id: RandomText.uuid(), value: value(), label: name,
            expires: life > 0 ? now + life : nil, at: now, under: settings)
    }

    /// Whether it is the last is asked before whether it is there.
    static func delete(
        _ id: String, in client: inout PracticeClient, at now: Milliseconds,
        under settings: PracticeSettings
    ) throws(GraviteeError) {
        guard client.secrets.count > 1 else { throw .lastSecret }
        guard client.secret(id) != nil else { throw .noSecret(id) }
        client.remove(id, at: now, under: settings)
    }

    /// The object as it is listed; `showsValue` once, in the answer to its creation.
    static func wire(_ secret: PracticeSecret, showsValue: Bool = false) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(secret.id), "createdAt": .integer(secret.created),
            "settingsId": "b3a9c1f0-2d1e-4a6f-8c7b-9e0d1a2b3c4d",
        ]
        members["name"] = secret.label.map(JSONValue.string)
        members["expiresAt"] = secret.expires.map(JSONValue.integer)
        members["secret"] = showsValue ? .string(secret.value) : nil
        return .object(members)
    }
}

extension String {
    /// Without white space at both ends.
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        let end = start.lastIndex { !$0.isWhitespace }
        return end.map { String(start[...$0]) } ?? ""
    }
}
