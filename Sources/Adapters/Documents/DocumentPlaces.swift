import RotationCore

/// Where a document holds a secret, and what may stand beside it.
struct DocumentPlaces: Sendable {
    let secret: DocumentPlace
    /// Where the client_id stands, if it is written too.
    private let client: DocumentPlace?
    /// Where the candidate stands, if there is a place for one.
    private let candidate: DocumentPlace?

    /// The secret at `secret`, and beside it what the settings name.
    init(_ secret: DocumentPlace, beside settings: Settings, in format: DocumentFormat)
        throws(AdapterError)
    {
        self.secret = secret
        client = try DocumentPlace(settings, in: format, optional: .clientIDField)
        candidate = try DocumentPlace(settings, in: format, optional: .candidateField)
        try settings.refuseSamePlace(
            [
                ("field", secret.path), (SettingDescriptor.clientIDField.name, client?.path),
                (SettingDescriptor.candidateField.name, candidate?.path),
            ])
    }

    /// All that there are.
    var all: [DocumentPlace] { [secret, client, candidate].compactMap(\.self) }

    /// `capabilities` of a store of such documents.
    func capabilities(_ capabilities: StoreCapabilities) -> StoreCapabilities {
        capabilities.holding(clientID: client != nil, candidate: candidate != nil)
    }

    /// What is in `content`; nil where the secret isn't.
    func stored(in content: [UInt8], at version: StoreVersion) throws(AdapterError) -> StoredSecret?
    {
        guard let value = try secret.value(in: content) else { return nil }
        return StoredSecret(
            secret: value, version: version,
            client: try client?.value(in: content)?.withPlaintext(ClientID.init(rawValue:)),
            candidate: try candidate?.value(in: content))
    }

    /// `content` with `wanted` in its places, and every other byte as it was.
    ///
    /// Nil is a document that isn't there yet.
    func replacing(with wanted: StoreContent, in content: [UInt8]?) throws(AdapterError) -> [UInt8]
    {
        var replacement = try secret.replacing(with: wanted.secret, in: content)
        if let id = wanted.client, let client {
            replacement = try client.replacing(with: ClientSecret(id.rawValue), in: replacement)
        }
        if let second = wanted.candidate, let candidate {
            replacement = try candidate.replacing(with: second, in: replacement)
        }
        return replacement
    }
}
