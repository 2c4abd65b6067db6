import HTTPTransport
import RotationCore

/// A secret as Gravitee lists it, without its value; times in milliseconds since 1970.
struct GraviteeSecret: Decodable {
    let id: String
    let name: String?
    /// The value, in the answer to its creation only.
    let secret: String?
    let createdAt: Int64?
    let expiresAt: Int64?

    /// From its creation to its end; nil where it has none, or the server doesn't say.
    var life: Span? {
        guard let createdAt, let expiresAt, expiresAt > createdAt else { return nil }
        return Span(milliseconds: expiresAt - createdAt)
    }

    func isOver(at now: Instant) -> Bool {
        expiresAt.map { Instant(milliseconds: $0) <= now } ?? false
    }
}

/// The part of an application that a rotation depends on.
///
/// `settings` are shown to who may read the application's OpenID settings.
struct GraviteeApplication: Decodable {
    let id: String
    let enabled: Bool?
    let settings: Settings?

    var oauth: OAuth? { settings?.oauth }

    struct Settings: Decodable {
        let oauth: OAuth?
    }

    struct OAuth: Decodable {
        let clientId: String?
        let grantTypes: [String]?
        let tokenEndpointAuthMethod: String?
        let scopeSettings: [Scope]?
    }

    struct Scope: Decodable {
        let scope: String
    }
}

/// Gravitee's error body.
struct GraviteeErrorBody: Decodable {
    let message: String
}

/// Calls of Gravitee's management API about the secrets of one application.
///
/// `_renew` is none of them: it replaces a secret where it is, and consumers would be locked out.
struct GraviteeAPI: Sendable {
    let admin: AdminAPI
    /// `/organizations/{}/environments/{}/domains/{}/applications/{}`.
    let path: String

    static func words(_ response: HTTPResponse) -> String? {
        (try? response.json(GraviteeErrorBody.self))?.message
    }

    func application() async throws(AdapterError) -> GraviteeApplication {
        try admin.decode(
            GraviteeApplication.self, try await admin.expect([200], "GET", path, .read), .read)
    }

    func secrets() async throws(AdapterError) -> [GraviteeSecret] {
        let response = try await admin.expect([200], "GET", "\(path)/secrets", .read)
        return try admin.decode([GraviteeSecret].self, response, .read)
    }

    func create(_ name: String) async throws(AdapterError) -> GraviteeSecret {
        let body = JSONDocument.object(texts: [("name", name)])
        let response = try await admin.send("POST", "\(path)/secrets", body: body, .creation)
        guard [200, 201].contains(response.status) else {
            throw refusal(of: name, response)
        }
        let made = try admin.decode(GraviteeSecret.self, response, .creation)
        guard made.name == name, made.secret?.isEmpty == false else {
            throw CallOutcome(adapter: "gravitee").unreadable(
                .creation, "the answer is about another secret, or without its value")
        }
        return made
    }

    private func refusal(of name: String, _ response: HTTPResponse) -> AdapterError {
        let words = (Self.words(response) ?? "").lowercased()
        switch response.status {
        case 409 where words.contains("too many"):
            return AdapterError(
                .limitReached, code: "gravitee-limit-reached",
                message: "gravitee: \(safeText(words))")
        case 400 where words.contains("already exists"):
            // An attempt of ours, since each has a name of its own: it happened after all.
            return AdapterError(
                .unknown, code: "gravitee-name-taken",
                message: "gravitee: there is a secret \(safeText(name)) already")
        default: return admin.error(response, .creation)
        }
    }

    func delete(_ id: String) async throws(AdapterError) {
        let path = "\(path)/secrets/\(URLPart.segment(id))"
        _ = try await admin.expect([200, 204, 404], "DELETE", path, .repeatable)
    }
}
