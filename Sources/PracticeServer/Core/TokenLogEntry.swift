/// One request at a token endpoint.
struct TokenLogEntry: Sendable {
    /// Whose counters it adds to.
    struct Owner: Sendable, Hashable {
        let realm: RealmID
        let clientID: String
    }

    let owner: Owner
    var sequence: UInt64 = 0
    let time: Milliseconds
    let method: AuthMethod?
    /// The secret with the presented value, alive or gone.
    let secretID: String?
    let digest: SecretDigest?
    /// Whether the credential was taken; the request may still fail for its scope.
    let isAccepted: Bool
    /// The OAuth error code of the answer.
    let error: String?
    /// Whether Keycloak's rotated secret was used.
    var isRotated = false
    /// Whether the realm saved events at that moment.
    var isSaved = false
    /// Who made the request.
    var caller = TokenCaller()
}

/// What a client's token requests came to since the last reset.
struct TokenCounters: Sendable, Codable {
    var accepted = 0
    var refused = 0
    var acceptedBySecret: [String: Int] = [:]
    var refusedBySecret: [String: Int] = [:]
    var errors: [String: Int] = [:]

    mutating func count(_ entry: TokenLogEntry) {
        if entry.isAccepted { accepted += 1 } else { refused += 1 }
        if let error = entry.error { errors[error, default: 0] += 1 }
        guard let secretID = entry.secretID else { return }
        if entry.isAccepted {
            acceptedBySecret[secretID, default: 0] += 1
        } else {
            refusedBySecret[secretID, default: 0] += 1
        }
    }
}
