/// The newest calls of admin APIs, and by which token each was made.
struct CallLog: Sendable {
    /// One call that came with an access token of ours.
    struct Entry: Sendable, Encodable {
        let method: String
        let path: String
        /// The status of the answer.
        let status: Int
        /// Whose token it was.
        let clientId: String
        /// The secret that the token was issued for; nil where it was a key.
        let secretId: String?
    }

    static let capacity = 4_096

    private(set) var entries: [Entry] = []

    mutating func append(_ entry: Entry) {
        if entries.count == Self.capacity { entries.removeFirst(Self.capacity / 2) }
        entries.append(entry)
    }
}
