import RotationCore

/// A secret store that is a secret of Azure Key Vault, or a field of a JSON document in one.
///
/// There is no write that depends on what was read, and none that is told from a second one: every
/// PUT makes a version. So the version is compared just before the write, the versions that are
/// there before and behind it show whether somebody else was in between, and a tag says of which
/// write a version is.
struct KeyVaultStore: SecretStore {
    let api: KeyVaultAPI
    let text: SecretText
    let now: @Sendable () -> Instant

    static let capabilities = StoreCapabilities(
        comparesAndSets: false, readable: true, versioned: true)

    var capabilities: StoreCapabilities { text.capabilities(Self.capabilities) }

    func identity() async throws(AdapterError) -> TargetIdentity {
        _ = try await api.newest()
        return TargetIdentity(rawValue: "azure-key-vault:\(api.identity)")
    }

    func read() async throws(AdapterError) -> StoredSecret? {
        try stored(try await api.newest())
    }

    private func stored(_ version: KeyVaultVersion) throws(AdapterError) -> StoredSecret? {
        try text.stored(in: version.value ?? "", at: StoreVersion(rawValue: version.version))
    }

    func write(_ content: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        // Before the newest is read: whatever comes after this is seen behind the write.
        let before = try await api.versions()
        let held = try await api.newest()
        guard try stored(held)?.version == version, let text = held.value else { throw changed }
        let after = try self.text.replacing(with: content, in: text)
        guard after.utf8.count <= KeyVaultAPI.cap else {
            throw refused("too-big", "the value would have more than 25,600 bytes")
        }
        if let obstacle = Self.obstacle(in: held) { throw refused(obstacle.code, obstacle.reason) }
        let token = VersionToken(
            secret: api.identity, version: held.version, held: text, text: after)
        let made: String
        if let mine = before.first(where: { $0.isMarked(by: token) && $0.isEnabled }) {
            // The same write went through already, and the newest version that is shown is behind.
            made = mine.version
        } else {
            made = try await api.put(held.successor(holding: after, marked: token))
        }
        do throws(AdapterError) {
            try await confirm(made, after, before + [held])
        } catch {
            throw error.leavingDoubt
        }
    }

    /// That the version holds what was written, that consumers get it, and that it replaced what
    /// it was compared with.
    private func confirm(_ made: String, _ written: String, _ before: [KeyVaultVersion])
        async throws(AdapterError)
    {
        guard try await api.version(made).value == written else {
            throw refused("not-as-written", "the version does not hold what was just written")
        }
        let known = Set(before.map(\.version)).union([made])
        let newest = try await api.newest().version
        let others = try await api.versions().map(\.version) + [newest]
        guard others.allSatisfy(known.contains) else {
            throw refused(
                "overtaken", "somebody else wrote after the comparison: look at both versions")
        }
        guard newest == made else {
            throw refused("not-shown", "the version that was just written is not the newest yet")
        }
    }

    /// What would keep a write from working.
    static func obstacle(in held: KeyVaultVersion) -> (code: String, reason: String)? {
        if held.managed ?? false {
            return ("managed", "the secret belongs to a certificate, which writes it itself")
        }
        guard held.hasRoomForMark else {
            return ("tags-full", "the secret has 15 tags, and no room for the one that a write has")
        }
        return nil
    }

    private var changed: AdapterError {
        AdapterError(
            .conflict, code: "azure-key-vault-changed",
            message: "azure-key-vault: the secret was changed by somebody else")
    }

    private func refused(_ code: String, _ reason: String) -> AdapterError {
        AdapterError(
            .refused, code: "azure-key-vault-\(code)", message: "azure-key-vault: \(reason)")
    }
}
