import HTTPTransport
import RotationCore

/// The secret in force and the one before it, as PingOne shows them.
struct PingOneSecrets: Decodable {
    let secret: String?
    let previous: Previous?

    /// Its value is shown for as long as it is accepted.
    struct Previous: Decodable {
        let secret: String?
        let expiresAt: String?
        let lastUsed: String?

        var end: Instant? { expiresAt.flatMap(Instant.init(rfc3339:)) }
    }

    /// The secret in force; nil where none is shown.
    var current: ClientSecret? { secret.flatMap { $0.isEmpty ? nil : ClientSecret($0) } }

    /// The secret before it; nil where there is none, or where its time is over.
    func retained(at now: Instant) -> (secret: ClientSecret, end: Instant?)? {
        guard let previous, let value = previous.secret, !value.isEmpty else { return nil }
        let end = previous.end
        if let end, end <= now { return nil }
        return (ClientSecret(value), end)
    }

    /// Whether a second creation would push a secret out that may still be accepted.
    func isFull(at now: Instant) -> Bool {
        guard let previous else { return false }
        return previous.end.map { $0 > now } ?? (previous.secret != nil)
    }
}

/// The part of an application that a rotation depends on.
struct PingOneApplication: Decodable {
    let id: String
    /// Of imported applications only: all others have one id for both.
    let clientId: String?
    let enabled: Bool?
    let `protocol`: String?
    let tokenEndpointAuthMethod: String?
}

/// PingOne's error body.
struct PingOneErrorBody: Decodable {
    let code: String?
    let message: String?
    let details: [Detail]?

    struct Detail: Decodable {
        let message: String?
    }
}

/// Calls of the PingOne Platform API about the secret of one application.
struct PingOneAPI: Sendable {
    let admin: AdminAPI
    let environment: String
    let application: String
    let now: @Sendable () -> Instant

    private var path: String {
        "/v1/environments/\(URLPart.segment(environment))"
            + "/applications/\(URLPart.segment(application))"
    }

    static func words(_ response: HTTPResponse) -> String? {
        guard let body = try? response.json(PingOneErrorBody.self), let code = body.code else {
            return nil
        }
        let said = [body.message] + (body.details ?? []).map(\.message)
        return "\(code): \(said.compactMap { $0 }.joined(separator: " "))"
    }

    /// The application itself.
    func application() async throws(AdapterError) -> PingOneApplication {
        let response = try await admin.expect([200], "GET", path, .read)
        return try admin.decode(PingOneApplication.self, response, .read)
    }

    /// Both secrets; an answer that shows none in force says nothing of the other either.
    func secrets() async throws(AdapterError) -> PingOneSecrets {
        let response = try await admin.expect([200], "GET", "\(path)/secret", .read)
        let shown = try admin.decode(PingOneSecrets.self, response, .read)
        guard shown.current != nil else {
            throw AdapterError(
                .refused, code: "pingone-no-secret",
                message: "pingone: no secret of the application is shown")
        }
        return shown
    }

    /// Makes a secret; the one in force becomes the previous one, and is accepted until `end`.
    func rotate(keepingPreviousUntil end: Instant) async throws(AdapterError) -> PingOneSecrets {
        let body = Array(#"{"previous":{"expiresAt":"\#(end.rfc3339)"}}"#.utf8)
        let response = try await admin.expect(
            [200, 201], "POST", "\(path)/secret", body: body, .creation)
        let made = try admin.decode(PingOneSecrets.self, response, .creation)
        guard made.current != nil else {
            throw CallOutcome(adapter: "pingone").unreadable(
                .creation, "there is no secret in the answer")
        }
        return made
    }

    /// Ends the previous secret.
    func deletePrevious() async throws(AdapterError) {
        let response = try await admin.send("DELETE", "\(path)/secret", .repeatable)
        switch response.status {
        case 200, 204: return
        case 404:
            // Said of an application that is gone as well, which must not look like success.
            guard try await secrets().retained(at: now()) == nil else {
                throw admin.error(response, .repeatable)
            }
        default: throw admin.error(response, .repeatable)
        }
    }
}
