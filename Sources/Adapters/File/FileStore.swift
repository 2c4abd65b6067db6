import Crypto
import RotationCore

/// A secret store that is a file: the whole of it, or one value in a JSON or dotenv document.
///
/// Only the value's bytes change. The file is replaced by rename, so that a reader sees the old
/// document or the new one and never a part. Between the last comparison and the rename another
/// writer's change could be lost; POSIX has no better, so one file should have one writer.
struct FileStore: SecretStore {
    private let file: ReplaceableFile
    private let document: FileDocument
    /// Where the client_id stands, if it is written too.
    private let clientID: FileDocument?
    /// Where the candidate stands, if there is a place for one.
    private let candidate: FileDocument?
    private let mayCreate: Bool

    static let capabilities = StoreCapabilities(
        comparesAndSets: true, readable: true, versioned: false)

    var capabilities: StoreCapabilities {
        Self.capabilities.holding(clientID: clientID != nil, candidate: candidate != nil)
    }

    static let descriptor = AdapterDescriptor(
        type: "file", summary: "a file on this host, or one value in it",
        settings: [
            SettingDescriptor("path", .path, required: true, summary: "the file, as absolute path"),
            SettingDescriptor(
                "format", .choice(FileDocument.Format.allCases.map(\.rawValue)),
                summary: "what the file is; raw, if left out: nothing but the secret"),
            SettingDescriptor(
                "field", .text,
                summary: "which value: a dotted path or JSON pointer (json), a variable (dotenv)"),
            .clientIDField,
            .candidateField,
            SettingDescriptor(
                "mode", .text,
                summary:
                    "the file's mode, such as \"0600\"; left out: kept, and 0600 for a new file"
            ),
            SettingDescriptor(
                "owner", .text, summary: "the file's owner, name or number; left out: kept"),
            SettingDescriptor(
                "group", .text, summary: "the file's group, name or number; left out: kept"),
            SettingDescriptor(
                "create", .boolean,
                summary: "whether a missing file or value is made; false if left out"),
        ],
        storeCapabilities: capabilities)

    init(_ target: TargetSettings) throws(AdapterError) {
        let settings = Settings(target)
        file = try ReplaceableFile(settings)
        document = try FileDocument(settings)
        clientID = try FileDocument(settings, optionalField: .clientIDField)
        candidate = try FileDocument(settings, optionalField: .candidateField)
        mayCreate = try settings.boolean("create", default: false)
    }

    func identity() async throws(AdapterError) -> TargetIdentity {
        TargetIdentity(rawValue: "file:\(try file.realPath())")
    }

    func preflight() async throws(AdapterError) -> [Finding] {
        var findings: [Finding] = []
        do throws(AdapterError) {
            findings += try file.findings()
            let content = try file.content()
            let value = try content.flatMap { content throws(AdapterError) in
                try document.value(in: content)
            }
            if value == nil, !mayCreate { throw missing(content == nil) }
            for place in [clientID, candidate].compactMap(\.self) {
                guard let content, !mayCreate else { continue }
                if try place.value(in: content) == nil { throw missing(false) }
            }
        } catch {
            findings.append(Finding(.problem, code: error.code, message: error.message))
        }
        return findings
    }

    func read() async throws(AdapterError) -> StoredSecret? {
        guard let content = try file.content(), let value = try document.value(in: content) else {
            return nil
        }
        let client = try clientID?.value(in: content)?.withPlaintext(ClientID.init(rawValue:))
        return StoredSecret(
            secret: value, version: Self.version(of: content), client: client,
            candidate: try candidate?.value(in: content))
    }

    func write(_ wanted: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        let content = try file.content()
        let held = try content.flatMap { content throws(AdapterError) in
            try document.value(in: content)
        }
        let found = held == nil ? nil : content.map(Self.version)
        guard found == version else { throw changed }
        if held == nil, !mayCreate { throw missing(content == nil) }
        var replacement = try document.replacing(with: wanted.secret, in: content)
        if let client = wanted.client, let clientID {
            replacement = try clientID.replacing(
                with: ClientSecret(client.rawValue), in: replacement)
        }
        if let second = wanted.candidate, let candidate {
            replacement = try candidate.replacing(with: second, in: replacement)
        }
        try file.replace(content, with: replacement)
    }

    func sweep() async throws(AdapterError) { try file.sweep() }

    /// A digest of the document.
    ///
    /// It lives in memory only: a digest of a file that is nothing but a secret would be something
    /// to guess against.
    private static func version(of content: [UInt8]) -> StoreVersion {
        StoreVersion(rawValue: HexText.of(SHA256.hash(data: content)))
    }

    private var changed: AdapterError {
        AdapterError(
            .conflict, code: "file-changed",
            message: "file: \(file.shownPath) was changed by somebody else")
    }

    private func missing(_ isFile: Bool) -> AdapterError {
        AdapterError(
            .refused, code: isFile ? "file-missing" : "file-field-missing",
            message: isFile
                ? "file: \(file.shownPath) is missing, and create is not true"
                : "file: \(file.shownPath) lacks the field, and create is not true")
    }
}
