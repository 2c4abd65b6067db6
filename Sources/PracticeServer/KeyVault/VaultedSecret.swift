/// A secret of the practised Key Vault.
struct VaultedSecret: Sendable {
    /// One version; what it holds never changes.
    struct Version: Sendable {
        let name: String
        let value: String
        let created: Milliseconds
        var updated: Milliseconds
        var contentType: String?
        var tags: [String: String]?
        var isEnabled = true
        var expires: Int64?
        var notBefore: Int64?
    }

    let name: String
    /// In the order in which they were made.
    var versions: [Version] = []
    var deleted: Milliseconds?

    /// The versions as a read sees them that is `lag` behind.
    func versions(seenAt now: Milliseconds, lag: Milliseconds) -> [Version] {
        let seen = versions.filter { $0.created <= now - lag }
        return lag == 0 ? versions : seen.isEmpty ? Array(versions.prefix(1)) : seen
    }

    /// 32 hexadecimal digits, which say nothing of when.
    static func newName() -> String { RandomText.uuid().replacing("-", with: "") }
}
