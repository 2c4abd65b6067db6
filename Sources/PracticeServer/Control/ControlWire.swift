import Foundation

/// What a new client is to be like; also an entry of a seed file.
struct NewClient: Decodable, Sendable {
    let dialect: Dialect
    let clientId: String
    /// Keycloak's realm; the practised one when nothing is said.
    var realm: String?
    /// Okta's app id or Keycloak's uuid; made by the server when nothing is said.
    var internalId: String?
    /// Made by the server when nothing is said.
    var secret: String?
    var authMethod: AuthMethod?
    /// PEM, JWK or JWK set; for `private_key_jwt`.
    var publicKey: JSONValue?
    /// Scopes it may ask for; `read` and `write` when nothing is said.
    var scopes: [String]?
    /// Admin rights: Okta's `okta.*` scopes, Keycloak's `realm-management` roles.
    var grants: [String]?
    /// Entra's applications only: the workload whose tokens stand for it.
    var federatedSubject: String?
}

/// What a workload's token is to be like.
struct NewWorkloadToken: Decodable, Sendable {
    let subject: String
    /// The one that Entra asks for when nothing is said.
    var audience: String?
    /// In seconds; an hour when nothing is said.
    var lifetime: Int64?
}

/// The answer to a new client.
struct ClientHandle: Encodable {
    let clientId: String
    /// Okta only.
    let appId: String?
    /// All others.
    let uuid: String?
    let secret: String?
}

/// The truth about a client, for oracles: values only as SHA-256.
struct ClientReport: Encodable {
    struct Secret: Encodable {
        let id: String
        let sha256: String
        let status: String
        /// Whether the admin API still has it.
        let isLive: Bool
        /// Whether the token endpoint takes it now.
        let isAccepted: Bool
        /// Keycloak: `current` or `rotated`.
        let slot: String?
        let created: Milliseconds
        let expires: Milliseconds?
    }

    let clientId: String
    let internalId: String
    let authMethod: AuthMethod
    let isEnabled: Bool
    let secrets: [Secret]

    init(_ client: PracticeClient, now: Milliseconds) {
        clientId = client.clientID
        internalId = client.internalID
        authMethod = client.authMethod
        isEnabled = client.isEnabled
        func report(_ secret: PracticeSecret, isLive: Bool) -> Secret {
            let fields = client.keycloak
            let slot =
                secret.id == fields.currentID
                ? "current" : secret.id == fields.rotatedID ? "rotated" : nil
            return Secret(
                id: secret.id, sha256: secret.digest.hex, status: secret.status.rawValue,
                isLive: isLive,
                isAccepted: secret.isAccepted(at: now) && !fields.isExpired(at: now),
                slot: slot, created: secret.created, expires: secret.expires)
        }
        secrets =
            client.secrets.map { report($0, isLive: true) }
            + client.retired.map { report($0, isLive: false) }
    }
}

/// One token request of the log.
struct LogLine: Encodable {
    let sequence: UInt64
    let time: Milliseconds
    let dialect: Dialect
    let realm: String
    let clientId: String
    let method: AuthMethod?
    let secretId: String?
    /// The first eight hexadecimal digits of the presented value's SHA-256.
    let sha256: String?
    let accepted: Bool
    let rotated: Bool
    let error: String?
    let address: String?
    let userAgent: String?

    init(_ entry: TokenLogEntry) {
        address = entry.caller.address
        userAgent = entry.caller.userAgent
        sequence = entry.sequence
        time = entry.time
        dialect = entry.owner.realm.dialect
        realm = entry.owner.realm.name
        clientId = entry.owner.clientID
        method = entry.method
        secretId = entry.secretID
        sha256 = entry.digest?.short
        accepted = entry.isAccepted
        rotated = entry.isRotated
        error = entry.error
    }
}
