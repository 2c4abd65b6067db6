/// A secret of the practised Secrets Manager.
struct ManagedSecret: Sendable {
    /// One version; what it holds never changes.
    struct Version: Sendable {
        let id: String
        /// Nil where managed rotation made it and nobody has put a value there yet.
        let content: Content?
        let created: Milliseconds
        var stages: Set<String> = []
    }

    /// What a version holds.
    enum Content: Sendable, Hashable {
        case text(String)
        /// In Base64, as it is sent.
        case binary(String)
    }

    let name: String
    let arn: String
    let created: Milliseconds
    /// The key that it is encrypted with; nil for `aws/secretsmanager`.
    var key: String?
    var versions: [Version] = []
    var deleted: Milliseconds?
    var isRotated = false
    /// What there was before each change, for reads that are behind.
    private(set) var past: [(until: Milliseconds, versions: [Version])] = []

    init(name: String, at now: Milliseconds) {
        self.name = name
        arn =
            "arn:aws:secretsmanager:\(AWSStoreCall.region):\(AWSStoreCall.account):secret:\(name)-"
            + RandomText.alphanumeric(6)
        created = now
    }

    static let current = "AWSCURRENT"
    static let previous = "AWSPREVIOUS"
    static let day: Milliseconds = 86_400_000
    /// How many versions are kept.
    static let limit = 100

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

    func version(_ id: String) -> Version? { versions.first { $0.id == id } }

    func holder(of stage: String) -> String? {
        versions.first { $0.stages.contains(stage) }?.id
    }

    /// Puts a label on a version, and takes it from the one that has it; `AWSPREVIOUS` follows
    /// `AWSCURRENT`.
    mutating func put(_ stage: String, on id: String) {
        let old = holder(of: stage)
        guard old != id else { return }
        for index in versions.indices {
            versions[index].stages.remove(stage)
            if versions[index].id == id { versions[index].stages.insert(stage) }
        }
        if stage == Self.current, let old { put(Self.previous, on: old) }
    }

    mutating func remove(_ stage: String) {
        for index in versions.indices { versions[index].stages.remove(stage) }
    }

    /// Makes room for one more version: those without a label go, once they are a day old.
    mutating func makeRoom(at now: Milliseconds) -> Bool {
        while versions.count >= Self.limit {
            guard
                let index = versions.firstIndex(where: {
                    $0.stages.isEmpty && now - $0.created > Self.day
                })
            else { return false }
            versions.remove(at: index)
        }
        return true
    }
}
