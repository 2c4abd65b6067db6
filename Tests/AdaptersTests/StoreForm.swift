import RotationCore

/// A form of text in which a store may hold a secret, and the settings that say so.
struct StoreForm: Sendable {
    /// What a plan says of it, beside the secret's name.
    let settings: [String: SettingValue]
    private let text: String

    private init(_ settings: [String: SettingValue], _ text: String) {
        (self.settings, self.text) = (settings, text)
    }

    /// The whole text, a field of a document, and one with the others beside it.
    static let all = [
        StoreForm([:], "%"),
        StoreForm(["field": "client_secret"], #"{"client_secret":"%","x":[1.50]}"#),
        StoreForm(
            ["field": "oauth.secret", "client_id_field": "oauth.id", "candidate_field": "/next"],
            #"{"oauth": {"id": "blue", "secret": "%"}, "next": "none yet"}"#),
    ]

    /// The text that holds `secret`.
    func holding(_ secret: String) -> String { text.replacing("%", with: secret) }
}

extension SecretStore {
    /// Puts `value` in the place of what is read.
    func replace(with value: String) async throws {
        let version = try await read()?.version
        try await write(ClientSecret(value), replacing: version)
    }
}
