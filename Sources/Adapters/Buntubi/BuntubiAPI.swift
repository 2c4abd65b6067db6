import HTTPTransport
import RotationCore

/// A client secret as buntubi lists it, without the value.
///
/// What was revoked or is over stays listed.
struct BuntubiSecret: Decodable {
    let id: String
    /// The first ten characters of the value, of which seven are random.
    let prefix: String
    let createdAt: String
    let lastUsedAt: String?
    let expiresAt: String?
    /// Neither revoked nor over, by the server's own clock.
    let isActive: Bool

    enum CodingKeys: String, CodingKey {
        case id, prefix
        case createdAt = "created_at"
        case lastUsedAt = "last_used_at"
        case expiresAt = "expires_at"
        case isActive = "active"
    }

    /// Whether the value may be `secret`: one that begins otherwise is another.
    ///
    func mayBe(_ secret: ClientSecret) -> Bool { secret.withPlaintext { $0.hasPrefix(prefix) } }

    /// Whether as much of the value is shown as tells it from all others.
    ///
    /// Two have the same 42 random bits once in four million million times.
    var isTelling: Bool { prefix.utf8.count >= 10 }

    /// Whether it is accepted until `other` isn't any more, and longer.
    func lasts(asLongAs other: BuntubiSecret) -> Bool {
        guard let expiresAt else { return true }
        guard let theirs = other.expiresAt, let end = Self.moment(expiresAt),
            let otherEnd = Self.moment(theirs)
        else { return false }
        return end >= otherEnd
    }

    /// Python's `isoformat()`: an offset and no `Z`, and no fraction where there is none.
    static func moment(_ text: String) -> Instant? {
        if text.hasSuffix("Z") { return Instant(rfc3339: text) }
        let offset = text.suffix(6)
        let parts = offset.dropFirst().split(separator: ":").compactMap { Int64($0) }
        guard offset.count == 6, let sign = offset.first, "+-".contains(sign), parts.count == 2,
            let local = Instant(rfc3339: "\(text.dropLast(6))Z")
        else { return nil }
        let ahead = (parts[0] * 60 + parts[1]) * 60_000
        return Instant(milliseconds: local.milliseconds + (sign == "+" ? -ahead : ahead))
    }
}

/// The part of an app that a rotation depends on.
struct BuntubiApp: Decodable {
    let clientID: String
    let clientType: String
    let isDisabled: Bool
    let grantTypes: [String]
    let secrets: [BuntubiSecret]

    enum CodingKeys: String, CodingKey {
        case secrets
        case clientID = "client_id"
        case clientType = "client_type"
        case isDisabled = "disabled"
        case grantTypes = "grant_types"
    }
}

/// An app, and what the caller is in its organization.
struct BuntubiAppPage: Decodable {
    let app: BuntubiApp
    let role: String
    let portalRole: String?

    enum CodingKeys: String, CodingKey {
        case app, role
        case portalRole = "portal_role"
    }

    /// Owners and admins of the organization, and developers of the portal.
    var mayEdit: Bool { ["owner", "admin"].contains(role) || portalRole == "developer" }
}

/// The answer to a creation: the only one that shows the value.
private struct BuntubiMade: Decodable {
    let app: BuntubiApp
    let clientSecret: String

    enum CodingKeys: String, CodingKey {
        case app
        case clientSecret = "client_secret"
    }
}

/// The developer API's error body, which the token checks' own has one more member of.
private struct BuntubiErrorBody: Decodable {
    let error: String
    let description: String?

    enum CodingKeys: String, CodingKey {
        case error
        case description = "error_description"
    }
}

/// Calls of buntubi's developer API about the secrets of one app.
struct BuntubiAPI: Sendable {
    let admin: AdminAPI
    let clientID: String

    private var path: String { "/developer/api/apps/\(URLPart.segment(clientID))" }

    static func words(_ response: HTTPResponse) -> String? {
        guard let body = try? response.json(BuntubiErrorBody.self) else { return nil }
        return [body.error, body.description].compactMap { $0 }.joined(separator: ": ")
    }

    func page() async throws(AdapterError) -> BuntubiAppPage {
        let response = try await admin.expect([200], "GET", path, .read)
        return try admin.decode(BuntubiAppPage.self, response, .read)
    }

    /// Those that are accepted.
    func secrets() async throws(AdapterError) -> [BuntubiSecret] {
        try await page().app.secrets.filter(\.isActive)
    }

    /// Makes one more, which gives every other one an end in 24 hours.
    func create() async throws(AdapterError) -> (id: String, value: ClientSecret) {
        let response = try await admin.expect([200, 201], "POST", "\(path)/secrets", .creation)
        let made = try admin.decode(BuntubiMade.self, response, .creation)
        let value = ClientSecret(made.clientSecret)
        let ours = made.app.secrets.filter { $0.isActive && $0.mayBe(value) }
        guard let one = ours.first, ours.count == 1 else {
            throw CallOutcome(adapter: "buntubi").unreadable(
                .creation, "\(ours.count) of the listed secrets may be the new one")
        }
        return (one.id, value)
    }

    func delete(_ id: String) async throws(AdapterError) {
        let response = try await admin.send(
            "DELETE", "\(path)/secrets/\(URLPart.segment(id))", .repeatable)
        switch response.status {
        case 200, 204: return
        case 404:
            // Said of an app that is gone as well, which must not look like success.
            if try await secrets().contains(where: { $0.id == id }) {
                throw admin.error(response, .repeatable)
            }
        default: throw admin.error(response, .repeatable)
        }
    }
}
