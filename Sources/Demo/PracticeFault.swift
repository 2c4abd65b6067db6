/// Something that goes wrong once at the practice server, as its control API takes it.
struct PracticeFault: Sendable, Encodable {
    struct Match: Sendable, Encodable {
        let method: String
        /// A regular expression for the whole path.
        let path: String
    }

    let kind: String
    let match: Match
    let status: Int?
    let times = 1
    /// What the newcomer reads about it.
    let words: String

    enum CodingKeys: String, CodingKey { case kind, match, status, times }

    init(_ kind: String, _ method: String, _ path: String, _ words: String, status: Int? = nil) {
        self.kind = kind
        match = Match(method: method, path: path)
        self.status = status
        self.words = words
    }
}
