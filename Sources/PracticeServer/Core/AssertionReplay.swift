/// The `jti` of assertions that were used, until they expire (RFC 7523 §3 rule 7).
struct AssertionReplay: Sendable {
    private struct Key: Hashable {
        let clientID: String
        let jti: String
    }

    private var used: [Key: Milliseconds] = [:]

    /// `false` when it was used before.
    mutating func use(
        _ jti: String, of clientID: String, until expires: Milliseconds, at now: Milliseconds
    ) -> Bool {
        if used.count > 10_000 { used = used.filter { $0.value >= now } }
        let key = Key(clientID: clientID, jti: jti)
        if let end = used[key], end >= now { return false }
        used[key] = expires
        return true
    }
}
