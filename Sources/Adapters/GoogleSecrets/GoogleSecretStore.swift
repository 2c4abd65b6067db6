import RotationCore

/// A secret store that is a secret of Google Cloud's Secret Manager, or a field of a JSON document
/// in one.
///
/// There is no write that depends on what was read, and none that is told from a second one: every
/// one makes a version. So the version is compared just before the write, and the number of the new
/// one shows whether somebody else was in between.
struct GoogleSecretStore: SecretStore {
    let api: GoogleSecretAPI
    let text: SecretText

    static let capabilities = StoreCapabilities(
        comparesAndSets: false, readable: true, versioned: true)

    var capabilities: StoreCapabilities { text.capabilities(Self.capabilities) }

    func identity() async throws(AdapterError) -> TargetIdentity {
        TargetIdentity(rawValue: "gcp-secret-manager:\(try await api.newest().parent)")
    }

    func read() async throws(AdapterError) -> StoredSecret? {
        try stored(try await api.newest())
    }

    private func stored(_ held: GoogleSecretAPI.Version) throws(AdapterError) -> StoredSecret? {
        try text.stored(
            in: try words(held), at: StoreVersion(rawValue: String(held.number)))
    }

    private func words(_ held: GoogleSecretAPI.Version) throws(AdapterError) -> String {
        guard let words = String(validating: held.content, as: UTF8.self) else {
            throw refused("binary", "the secret holds bytes, and no text")
        }
        return words
    }

    func write(_ content: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        let held = try await api.newest()
        guard try stored(held)?.version == version else { throw changed }
        let after = Array(try text.replacing(with: content, in: try words(held)).utf8)
        guard after.count <= GoogleSecretAPI.cap else {
            throw refused("too-big", "the document would have more than 65,536 bytes")
        }
        let made = try await api.add(after)
        do throws(AdapterError) {
            try await confirm(made, after, replacing: held.number)
        } catch {
            throw error.leavingDoubt
        }
    }

    /// That the version holds what was written, is the newest, and replaced what it was compared
    /// with.
    private func confirm(_ made: Int, _ written: [UInt8], replacing old: Int)
        async throws(AdapterError)
    {
        guard let shown = try await api.version(made), shown.content == written else {
            throw refused("not-as-written", "the version does not hold what was just written")
        }
        let newest = try await api.newest(from: shown).number
        guard made == old + 1, newest == made else {
            throw refused(
                "overtaken",
                "somebody else wrote after the comparison: look at versions \(old + 1) to "
                    + "\(max(newest, made))")
        }
    }

    private var changed: AdapterError {
        AdapterError(
            .conflict, code: "gcp-secret-manager-changed",
            message: "gcp-secret-manager: the secret was changed by somebody else")
    }

    private func refused(_ code: String, _ reason: String) -> AdapterError {
        AdapterError(
            .refused, code: "gcp-secret-manager-\(code)", message: "gcp-secret-manager: \(reason)")
    }
}
