/// One secret of a client, alive or gone.
struct PracticeSecret: Sendable {
    /// Okta's two words; a Keycloak secret is always `active`.
    enum Status: String, Sendable, Codable {
        case active = "ACTIVE"
        case inactive = "INACTIVE"
    }

    let id: String
    let value: String
    let digest: SecretDigest
    let created: Milliseconds
    var lastUpdated: Milliseconds
    var status: Status
    var acceptance: Acceptance
    /// What its maker called it, where the vendor keeps that.
    var label: String?
    /// The last moment at which it is good, to the second; `nil` for ever.
    var expires: Milliseconds?

    init(
        id: String, value: String, status: Status = .active, now: Milliseconds,
        acceptance: Acceptance
    ) {
        self.id = id
        self.value = value
        self.digest = SecretDigest(of: value)
        self.created = now
        self.lastUpdated = now
        self.status = status
        self.acceptance = acceptance
    }

    /// Whether the token endpoint takes it at `now`.
    func isAccepted(at now: Milliseconds) -> Bool {
        guard acceptance.holds(at: now) else { return false }
        return expires.map { now.seconds <= $0.seconds } ?? true
    }
}

extension PracticeSecret: CustomStringConvertible, CustomReflectable {
    /// The id: printing one must not show its value.
    var description: String { "secret \(id)" }
    var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
