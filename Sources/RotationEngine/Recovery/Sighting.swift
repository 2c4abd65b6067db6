public import RotationCore

/// What one client's server and stores show now, beside what the journal has of it.
public struct Sighting: Sendable, Hashable, Codable {
    /// Whose a listed secret is, as far as that can be told.
    public enum Owner: String, Sendable, Hashable, Codable {
        /// The recorded old secret of the rotation.
        case old = "recorded-old"
        /// The recorded new secret of the rotation.
        case new = "recorded-new"
        /// Labelled by a holdover, but not in this journal.
        case ours = "ours-by-label"
        /// Nothing says that it is ours.
        case others = "of-somebody-else"
    }

    /// One secret that the server lists.
    public struct Listed: Sendable, Hashable, Codable {
        /// The server's id.
        public let id: String
        /// Whose it is.
        public let owner: Owner
        /// The label, where there is one.
        public let label: String?
        /// Whether it is the one that all stores hold; nil where the server doesn't show that.
        public let isInStores: Bool?
    }

    /// One store.
    public struct Store: Sendable, Hashable, Codable {
        /// Its name in the plan.
        public let name: String
        /// `old`, `new`, `neither` or `nothing`; `a-secret` where there is nothing to compare with.
        public let holds: String
        /// What tells the value from others without giving it away.
        public let fingerprint: String?
    }

    /// The client.
    public let client: ClientName
    /// The live rotation that the journal has.
    public internal(set) var rotation: RotationID?
    /// In which phase the journal has it.
    public internal(set) var phase: Phase?
    /// What the server lists.
    public internal(set) var secrets: [Listed] = []
    /// What the stores hold.
    public internal(set) var stores: [Store] = []
    /// What could not be looked at, in words.
    public internal(set) var troubles: [String] = []

    init(client: ClientName) { self.client = client }
}
