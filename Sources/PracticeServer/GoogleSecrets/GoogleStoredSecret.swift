/// A secret of the practised Secret Manager of Google.
struct GoogleStoredSecret: Sendable {
    /// What may be done with a version.
    enum State: String, Sendable {
        case enabled = "ENABLED"
        case disabled = "DISABLED"
        /// For ever.
        case destroyed = "DESTROYED"
    }

    /// One version; what it holds never changes, and goes when it is destroyed.
    struct Version: Sendable {
        let number: Int
        /// In Base64.
        var data: String
        var checksum: String
        /// Whether whoever made it said the checksum.
        let isChecked: Bool
        let created: Milliseconds
        var state = State.enabled
        var destroyed: Milliseconds?
        var etag = GoogleStoredSecret.newTag()
    }

    let id: String
    let created: Milliseconds
    let etag = GoogleStoredSecret.newTag()
    var expires: String?
    /// In the order in which they were made, without gaps: nothing is ever taken out.
    var versions: [Version] = []

    /// `projects/{number}/secrets/{id}`, whatever the project was called by.
    var name: String { "projects/\(GoogleSecretService.projectNumber)/secrets/\(id)" }

    static func newTag() -> String {
        "\"\(RandomText.uuid().prefix(8))\(RandomText.uuid().prefix(8))\""
    }

    /// The versions as `latest` and lists see them, which are `lag` behind.
    func versions(seenAt now: Milliseconds, lag: Milliseconds) -> [Version] {
        let seen = versions.filter { $0.created <= now - lag }
        return lag == 0 ? versions : seen.isEmpty ? Array(versions.prefix(1)) : seen
    }
}
