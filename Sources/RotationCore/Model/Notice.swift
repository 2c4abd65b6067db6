/// Something that a person should know of a client, which keeps nothing from moving by itself.
///
/// There is one for each client, kind and subject; seen again, it is brought up to date.
public struct Notice: Sendable, Hashable, Codable {
    /// What it is about.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Somebody presents a secret that was revoked.
        case straggler
        /// Somebody is refused many times in a short time.
        case failureBurst = "failure-burst"
        /// Somebody fetches tokens far more often than they last.
        case tokenStorm = "token-storm"
        /// An address that the client never came from before.
        case newAddress = "new-address"
    }

    /// The client.
    public let client: ClientName
    /// The rotation during which it was seen last.
    public let rotation: RotationID
    /// What it is about.
    public let kind: Kind
    /// Who: address, user agent and application, as far as the server tells.
    public let subject: String
    /// The whole in one sentence.
    public let words: String
    /// When it was seen first, on the server's clock.
    public let firstAt: Instant
    /// When it was seen last.
    public let lastAt: Instant
    /// How many times the server tells of.
    public let count: Int

    /// A notice.
    public init(
        client: ClientName, rotation: RotationID, kind: Kind, subject: String, words: String,
        firstAt: Instant, lastAt: Instant, count: Int
    ) {
        self.client = client
        self.rotation = rotation
        self.kind = kind
        self.subject = subject
        self.words = words
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.count = count
    }
}
