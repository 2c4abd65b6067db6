/// A parameter of the practised Parameter Store.
struct ManagedParameter: Sendable {
    /// One version; what it holds and is never changes, but for its labels.
    struct Version: Sendable {
        let number: Int
        let text: String
        let type: String
        let created: Milliseconds
        /// What it is encrypted with.
        let key: String?
        let tier: String
        let allowedPattern: String?
        let description: String?
        var labels: Set<String> = []
    }

    let name: String
    var versions: [Version] = []
    /// A JSON array, as it was sent.
    var policies: String?
    /// What there was before each change, for reads that are behind.
    private(set) var past: [(until: Milliseconds, versions: [Version])] = []

    /// How many versions are kept.
    static let limit = 100

    var arn: String {
        let path = name.hasPrefix("/") ? name : "/\(name)"
        return "arn:aws:ssm:\(AWSStoreCall.region):\(AWSStoreCall.account):parameter\(path)"
    }

    /// Keeps what there was until now for reads that are behind.
    mutating func remember(_ before: [Version], at now: Milliseconds) {
        past.append((now, before))
        if past.count > 20 { past.removeFirst() }
    }

    /// The versions as a read sees them that is `lag` behind.
    func versions(seenAt now: Milliseconds, lag: Milliseconds) -> [Version] {
        guard lag > 0 else { return versions }
        return past.first { $0.until > now - lag }?.versions ?? versions
    }
}
