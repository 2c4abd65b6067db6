/// What Cognito lets be done to a client's secrets; over one client.
struct CognitoSecretRules {
    static let limit = 2

    /// A change of a client that may be refused.
    typealias Change<Result> =
        @Sendable (inout PracticeClient, PracticeSettings, Milliseconds) throws(AWSError)
        -> Result

    /// Makes one more secret; one that Cognito makes has 52 characters.
    static func add(_ value: String?) -> Change<PracticeSecret> {
        { client, settings, now throws(AWSError) in
            guard client.secrets.count < limit else { throw .tooManySecrets }
            return client.add(
                id: newID(in: client, at: now), value: value ?? newValue(), at: now,
                under: settings)
        }
    }

    static func delete(_ id: String) -> Change<Void> {
        { client, settings, now throws(AWSError) in
            guard client.secret(id) != nil else { throw .noSecret }
            guard client.secrets.count > 1 else { throw .lastSecret }
            client.remove(id, at: now, under: settings)
        }
    }

    static func newValue() -> String { RandomText.alphanumeric(52).lowercased() }

    /// `CLIENT--TIME`; moved on where one was made in the same moment.
    static func newID(in client: PracticeClient, at now: Milliseconds) -> String {
        let used = Set((client.secrets + client.retired).map(\.id))
        var time = now
        while used.contains("\(client.clientID)--\(time)") { time += 1 }
        return "\(client.clientID)--\(time)"
    }

    static func check(_ value: String) throws(AWSError) {
        guard value.wholeMatch(of: /[A-Za-z0-9_+]+/) != nil else {
            throw .unfit("clientSecret", "satisfy regular expression pattern: [\\w+]+")
        }
        guard value.utf8.count >= 24 else {
            throw .unfit("clientSecret", "have length greater than or equal to 24")
        }
        guard value.utf8.count <= 64 else {
            throw .unfit("clientSecret", "have length less than or equal to 64")
        }
    }

    /// The object as it is listed; with its value once, where Cognito made it.
    static func wire(_ secret: PracticeSecret, showsValue: Bool = false) -> JSONValue {
        var members: [String: JSONValue] = [
            "ClientSecretId": .string(secret.id),
            "ClientSecretCreateDate": .double(Double(secret.created) / 1_000),
        ]
        members["ClientSecretValue"] = showsValue ? .string(secret.value) : nil
        return .object(members)
    }
}
