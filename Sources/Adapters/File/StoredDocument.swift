import Crypto
import RotationCore

/// A document that holds a secret, and what may stand beside it, whatever keeps the document.
struct StoredDocument: Sendable {
    private let places: DocumentPlaces
    private let mayCreate: Bool
    /// With whose name errors start.
    private let adapter: String

    /// What a plan says about a document.
    static let settings = [
        SettingDescriptor(
            "format", .choice(DocumentFormat.allCases.map(\.rawValue)),
            summary: "what the file is; raw, if left out: nothing but the secret"),
        SettingDescriptor(
            "field", .text,
            summary: "which value: a dotted path or JSON pointer (json, yaml, toml), a name "
                + "(dotenv, properties), section.key (ini)"),
        .clientIDField,
        .candidateField,
        SettingDescriptor(
            "create", .boolean,
            summary: "whether a missing value beside the secret is made; false if left out"),
    ]

    init(_ settings: Settings) throws(AdapterError) {
        adapter = settings.adapter
        let format = try settings.choice("format", default: DocumentFormat.raw)
        places = try DocumentPlaces(
            DocumentPlace(settings, in: format, field: "field"), beside: settings, in: format)
        mayCreate = try settings.boolean("create", default: false)
    }

    /// What a store of any document can do; the plan says whether there is more.
    static let storeCapabilities = StoreCapabilities(
        comparesAndSets: true, readable: true, versioned: false)

    /// What a store of this one can do.
    var capabilities: StoreCapabilities { places.capabilities(Self.storeCapabilities) }

    /// Throws what would keep a write from working; `path` is for people.
    func check(_ content: [UInt8]?, path: String) throws(AdapterError) {
        guard let content else {
            if !mayCreate { throw missing(isFile: true, path) }
            return
        }
        for place in places.all {
            let value = try place.value(in: content)
            if value == nil, !mayCreate { throw missing(isFile: false, path) }
        }
    }

    /// What is in `content`; nil where the secret isn't.
    func read(_ content: [UInt8], version: StoreVersion) throws(AdapterError) -> StoredSecret? {
        try places.stored(in: content, at: version)
    }

    /// The content that holds what is wanted, provided that `content` is at `version`.
    func content(
        _ wanted: StoreContent, in content: [UInt8]?, at found: StoreVersion?,
        replacing version: StoreVersion?, path: String
    ) throws(AdapterError) -> [UInt8] {
        let held = try content.flatMap { content throws(AdapterError) in
            try places.secret.value(in: content)
        }
        guard (held == nil ? nil : found) == version else {
            throw AdapterError(
                .conflict, code: "\(adapter)-changed",
                message: "\(adapter): \(path) was changed by somebody else")
        }
        if held == nil, !mayCreate { throw missing(isFile: content == nil, path) }
        return try places.replacing(with: wanted, in: content)
    }

    /// A digest of a file.
    ///
    /// It lives in memory only: a digest of a file that is nothing but a secret would be something
    /// to guess against.
    static func version(of content: [UInt8]) -> StoreVersion {
        StoreVersion(rawValue: HexText.of(SHA256.hash(data: content)))
    }

    private func missing(isFile: Bool, _ path: String) -> AdapterError {
        AdapterError(
            .refused, code: "\(adapter)-\(isFile ? "missing" : "field-missing")",
            message: isFile
                ? "\(adapter): \(path) is missing, and create is not true"
                : "\(adapter): \(path) lacks the field, and create is not true")
    }
}
