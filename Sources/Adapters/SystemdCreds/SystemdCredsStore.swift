import RotationCore

/// A secret store that is an encrypted credential of systemd: the whole of it, or one value in it.
///
/// The file is replaced as ``FileStore`` does. It is encrypted anew for each write, and decrypted
/// once more before it takes the old one's place.
struct SystemdCredsStore: SecretStore {
    private let file: ReplaceableFile
    private let document: StoredDocument
    private let creds: SystemdCreds

    var capabilities: StoreCapabilities { document.capabilities }

    static let descriptor = AdapterDescriptor(
        type: "systemd-creds", summary: "an encrypted credential of systemd, or one value in it",
        settings: [
            SettingDescriptor(
                "path", .path, required: true, summary: "the encrypted file, as absolute path"),
            SettingDescriptor(
                "name", .text, required: true,
                summary: "the credential's name, as in LoadCredentialEncrypted=NAME:PATH"),
            SettingDescriptor(
                "key", .choice(SystemdCreds.Key.allCases.map(\.rawValue)),
                summary: "what it is encrypted with; auto, if left out: the TPM and the host's "
                    + "key, or without a TPM the latter"),
        ] + StoredDocument.settings + FileAttributes.settings,
        storeCapabilities: StoredDocument.storeCapabilities)

    init(_ target: TargetSettings) throws(AdapterError) {
        try self.init(target, program: "systemd-creds")
    }

    init(_ target: TargetSettings, program: String) throws(AdapterError) {
        let settings = Settings(target)
        file = try ReplaceableFile(settings)
        document = try StoredDocument(settings)
        let name = try settings.requiredText("name")
        guard name != ".", name != "..", name.utf8.count < 256,
            name.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"/:".utf8.contains($0) })
        else { throw settings.invalid("name", "is not the name of a credential") }
        creds = SystemdCreds(
            name: name, key: try settings.choice("key", default: SystemdCreds.Key.auto),
            program: program)
    }

    func identity() async throws(AdapterError) -> TargetIdentity {
        TargetIdentity(rawValue: "systemd-creds:\(try file.realPath())#\(creds.name)")
    }

    func preflight() async throws(AdapterError) -> [Finding] {
        var findings: [Finding] = []
        do throws(AdapterError) {
            // Everybody may read what is encrypted.
            findings += try file.findings().filter { $0.code != "file-world-readable" }
            try document.check(await plaintext(of: file.content()), path: file.shownPath)
            if creds.hasKey { _ = try await creds.encrypt(Array("trial".utf8)) }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    func read() async throws(AdapterError) -> StoredSecret? {
        guard let sealed = try file.content(), let plain = try await plaintext(of: sealed) else {
            return nil
        }
        return try document.read(plain, version: StoredDocument.version(of: sealed))
    }

    func write(_ wanted: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        let sealed = try file.content()
        let replacement = try document.content(
            wanted, in: await plaintext(of: sealed), at: sealed.map(StoredDocument.version),
            replacing: version, path: file.shownPath)
        let resealed = try await creds.encrypt(replacement)
        guard try await creds.decrypt(resealed) == replacement else {
            throw SystemdCreds.refused("not-as-written", "what was encrypted is not what comes out")
        }
        try file.replace(sealed, with: resealed)
    }

    func sweep() async throws(AdapterError) { try file.sweep() }

    private func plaintext(of sealed: [UInt8]?) async throws(AdapterError) -> [UInt8]? {
        guard let sealed else { return nil }
        return try await creds.decrypt(sealed)
    }
}
