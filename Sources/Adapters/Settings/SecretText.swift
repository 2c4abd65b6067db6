import RotationCore

/// Where the secret stands in a text of a store: the whole of it, or fields of a JSON document.
struct SecretText: Sendable {
    private let places: DocumentPlaces

    /// The setting that says where the secret is; `noun` is what the store calls its text.
    static func setting(_ noun: String) -> SettingDescriptor {
        SettingDescriptor(
            "field", .text,
            summary: "which value of a JSON \(noun): a dotted path or a JSON pointer; left out: "
                + "the whole \(noun)")
    }

    /// What the settings say.
    init(_ settings: Settings) throws(AdapterError) {
        let isJSON = try settings.text("field") != nil
        let secret =
            isJSON
            ? try DocumentPlace(settings, in: .json, field: "field")
            : DocumentPlace(wholeFor: settings.adapter)
        places = try DocumentPlaces(secret, beside: settings, in: .json)
        guard isJSON || places.all.count == 1 else {
            throw settings.invalid(
                "field", "is missing: without it there is no room for another value")
        }
    }

    /// `capabilities` under these settings.
    func capabilities(_ capabilities: StoreCapabilities) -> StoreCapabilities {
        places.capabilities(capabilities)
    }

    /// What stands in `text`, at `version`; nil where the place of the secret is empty.
    func stored(in text: String, at version: StoreVersion) throws(AdapterError) -> StoredSecret? {
        try places.stored(in: Array(text.utf8), at: version)
    }

    /// `text` with `wanted` in its places, and every other byte as it was.
    func replacing(with wanted: StoreContent, in text: String) throws(AdapterError) -> String {
        String(
            decoding: try places.replacing(with: wanted, in: Array(text.utf8)), as: UTF8.self)
    }
}
