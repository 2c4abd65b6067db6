import RotationCore

/// A secret store that is a file: the whole of it, or one value in a document.
///
/// Only the value's bytes change. The file is replaced by rename, so that a reader sees the old
/// document or the new one and never a part. Between the last comparison and the rename another
/// writer's change could be lost; POSIX has no better, so one file should have one writer.
struct FileStore: SecretStore {
    private let file: ReplaceableFile
    private let document: StoredDocument

    static let capabilities = StoredDocument.storeCapabilities

    var capabilities: StoreCapabilities { document.capabilities }

    static let descriptor = AdapterDescriptor(
        type: "file", summary: "a file on this host, or one value in it",
        settings: [
            SettingDescriptor("path", .path, required: true, summary: "the file, as absolute path")
        ] + StoredDocument.settings + FileAttributes.settings,
        storeCapabilities: capabilities)

    init(_ target: TargetSettings) throws(AdapterError) {
        let settings = Settings(target)
        file = try ReplaceableFile(settings)
        document = try StoredDocument(settings)
    }

    func identity() async throws(AdapterError) -> TargetIdentity {
        TargetIdentity(rawValue: "file:\(try file.realPath())")
    }

    func preflight() async throws(AdapterError) -> [Finding] {
        var findings: [Finding] = []
        do throws(AdapterError) {
            findings += try file.findings()
            try document.check(try file.content(), path: file.shownPath)
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    func read() async throws(AdapterError) -> StoredSecret? {
        guard let content = try file.content() else { return nil }
        return try document.read(content, version: StoredDocument.version(of: content))
    }

    func write(_ wanted: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        let content = try file.content()
        let replacement = try document.content(
            wanted, in: content, at: content.map(StoredDocument.version), replacing: version,
            path: file.shownPath)
        try file.replace(content, with: replacement)
    }

    func sweep() async throws(AdapterError) { try file.sweep() }
}
