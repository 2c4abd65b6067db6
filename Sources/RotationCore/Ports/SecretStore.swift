/// One place where consumers read the secret: one field of one document.
public protocol SecretStore: Sendable {
    /// What this store can and can't do.
    var capabilities: StoreCapabilities { get }

    /// Asserts that the store is the one that the plan names, and says which it is. A read.
    func identity() async throws(AdapterError) -> TargetIdentity

    /// Finds what would keep a write from working: rights, mode, mount, version cap. A read.
    func preflight() async throws(AdapterError) -> [Finding]

    /// The value now, with the version to compare against; nil where there is none yet. A read.
    ///
    /// A store that isn't ``StoreCapabilities/readable`` says no more than that there is a value,
    /// and in which version: every write must change it.
    func read() async throws(AdapterError) -> StoredSecret?

    /// Replaces the value, provided that the store still is at `version` (nil: holds none); and in
    /// the same step what stands beside it, where that is another from now on.
    ///
    /// Everything else in the document stays byte-identical. `conflict` promises that nothing was
    /// written; after `unknown` the engine reads before it writes again.
    func write(_ content: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)

    /// Removes what a write that was cut left beside the value: a temporary file, for example.
    ///
    /// Changes nothing that anybody reads, and may be repeated. Called once the store holds what it
    /// should, whether or not it had to be written.
    func sweep() async throws(AdapterError)
}

extension SecretStore {
    /// Replaces the value alone.
    public func write(_ secret: ClientSecret, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        try await write(StoreContent(secret), replacing: version)
    }

    /// Most stores leave nothing behind.
    public func sweep() async throws(AdapterError) {}
}

/// What a store is to hold from one write on.
public struct StoreContent: Sendable {
    /// The value that consumers use.
    public let secret: ClientSecret
    /// The `client_id` beside it; nil where it stays, and always where
    /// ``StoreCapabilities/holdsClientID`` is not.
    public let client: ClientID?
    /// The value that consumers try where the first one is refused; nil where it stays, and always
    /// where ``StoreCapabilities/holdsCandidate`` is not.
    public let candidate: ClientSecret?

    /// What to write.
    public init(_ secret: ClientSecret, client: ClientID? = nil, candidate: ClientSecret? = nil) {
        self.secret = secret
        self.client = client
        self.candidate = candidate
    }
}

/// A value read from a store.
public struct StoredSecret: Sendable {
    /// The value; nil where the store shows none.
    public let secret: ClientSecret?
    /// What to compare against when it is replaced.
    public let version: StoreVersion
    /// The `client_id` beside it, where the store holds that too.
    public let client: ClientID?
    /// The candidate beside it; nil where there is none, or none is shown.
    public let candidate: ClientSecret?

    /// A value at a version.
    public init(
        secret: ClientSecret?, version: StoreVersion, client: ClientID? = nil,
        candidate: ClientSecret? = nil
    ) {
        self.secret = secret
        self.client = client
        self.candidate = candidate
        self.version = version
    }
}

/// A store's own name for one state of a document: a version number, a resource version, a digest.
public struct StoreVersion: RawRepresentable, Sendable, Hashable, Codable {
    /// Opaque; only compared by the store that gave it.
    public let rawValue: String
    /// Wraps a version.
    public init(rawValue: String) { self.rawValue = rawValue }
}
