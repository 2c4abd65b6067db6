import RotationCore

/// Where the secret stands in a text of a store: the whole of it, or fields of a JSON document.
struct SecretText: Sendable {
    /// Where the secret is; nil for the whole text.
    private let secret: JSONField?
    /// Where the client_id is, if it is written too.
    private let clientID: JSONField?
    /// Where the candidate is, if there is a place for one.
    private let candidate: JSONField?

    /// The setting that says where the secret is; `noun` is what the store calls its text.
    static func setting(_ noun: String) -> SettingDescriptor {
        SettingDescriptor(
            "field", .text,
            summary: "which value of a JSON \(noun): a dotted path or a JSON pointer; left out: "
                + "the whole \(noun)")
    }

    /// What the settings say; `noun` as in ``setting(_:)``.
    init(_ settings: Settings, noun: String) throws(AdapterError) {
        secret = try Self.field("field", settings, noun)
        clientID = try Self.field(SettingDescriptor.clientIDField.name, settings, noun)
        candidate = try Self.field(SettingDescriptor.candidateField.name, settings, noun)
        guard secret == nil, clientID != nil || candidate != nil else { return }
        throw settings.invalid("field", "is missing: without it there is no room for another value")
    }

    private static func field(_ name: String, _ settings: Settings, _ noun: String)
        throws(AdapterError) -> JSONField?
    {
        guard let path = try settings.text(name) else { return nil }
        return try settings.field(path, of: name, in: "the \(noun)")
    }

    /// `capabilities` under these settings.
    func capabilities(_ capabilities: StoreCapabilities) -> StoreCapabilities {
        capabilities.holding(clientID: clientID != nil, candidate: candidate != nil)
    }

    /// What stands in `text`, at `version`; nil where the place of the secret is empty.
    func stored(in text: String, at version: StoreVersion) throws(AdapterError) -> StoredSecret? {
        let content = Array(text.utf8)
        guard let secret else {
            return text.isEmpty
                ? nil : StoredSecret(secret: ClientSecret(text), version: version)
        }
        guard let value = try secret.text(in: content), !value.isEmpty else { return nil }
        let second = try candidate?.text(in: content) ?? ""
        return StoredSecret(
            secret: ClientSecret(value), version: version,
            client: try clientID?.text(in: content).map(ClientID.init(rawValue:)),
            candidate: second.isEmpty ? nil : ClientSecret(second))
    }

    /// `text` with `wanted` in its places, and every other byte as it was.
    func replacing(with wanted: StoreContent, in text: String) throws(AdapterError) -> String {
        guard let secret else { return wanted.secret.withPlaintext { $0 } }
        var content = try secret.replacing(
            with: wanted.secret.withPlaintext { $0 }, in: Array(text.utf8))
        if let client = wanted.client, let clientID {
            content = try clientID.replacing(with: client.rawValue, in: content)
        }
        if let second = wanted.candidate, let candidate {
            content = try candidate.replacing(with: second.withPlaintext { $0 }, in: content)
        }
        return String(decoding: content, as: UTF8.self)
    }
}
