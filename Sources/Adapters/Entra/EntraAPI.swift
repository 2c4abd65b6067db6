import FoundationEssentials
import HTTPTransport
import RotationCore

/// A `passwordCredential` of Microsoft Graph, as it is listed and as it is answered once.
struct EntraSecret: Decodable {
    let keyId: String
    let displayName: String?
    let startDateTime: String?
    let endDateTime: String?
    /// The first three characters of the value.
    let hint: String?
    /// The value, in the answer to its creation only.
    let secretText: String?

    /// When it stops being accepted; nil is never.
    var end: Instant? { endDateTime.flatMap(Instant.init(rfc3339:)) }

    /// Whether `secret` begins as this one does; true where nothing is shown.
    func mayBe(_ secret: ClientSecret) -> Bool {
        guard let hint, !hint.isEmpty else { return true }
        return secret.withPlaintext { $0.hasPrefix(hint) }
    }

    /// Whether it begins as none of the known secrets does.
    func isNone(of known: KnownSecrets) -> Bool {
        let secrets = [known.old, known.new].compactMap { $0 }
        return !secrets.isEmpty && !secrets.contains(where: mayBe)
    }
}

/// The part of an application that a rotation depends on.
struct EntraApplication: Decodable {
    let id: String
    let appId: String
    let passwordCredentials: [EntraSecret]
}

/// Graph's error body.
struct EntraErrorBody: Decodable {
    let error: Details

    struct Details: Decodable {
        let code: String
        let message: String
    }
}

/// Microsoft Graph's calls about the secrets of one application.
struct EntraAPI: Sendable {
    let admin: AdminAPI
    let clientID: String
    let now: @Sendable () -> Instant

    /// The application by its client id; quotes are doubled in OData.
    private var path: String {
        let quoted = clientID.replacing("'", with: "''")
        return "/v1.0/applications(appId='\(URLPart.segment(quoted))')"
    }

    static func words(_ response: HTTPResponse) -> String? {
        guard let body = try? response.json(EntraErrorBody.self) else { return nil }
        return "\(body.error.code): \(body.error.message)"
    }

    func application() async throws(AdapterError) -> EntraApplication {
        let fields = "id,appId,displayName,passwordCredentials,keyCredentials"
        let response = try await call([200], "GET", "\(path)?$select=\(fields)", .read)
        let application = try admin.decode(EntraApplication.self, response, .read)
        guard application.appId.lowercased() == clientID.lowercased() else {
            throw AdapterError(
                .wrongTarget, code: "entra-other-client",
                message: "entra: the application is \(safeText(application.appId))")
        }
        return application
    }

    func addPassword(_ name: String, until end: Instant) async throws(AdapterError) -> EntraSecret {
        let date = Date(timeIntervalSince1970: Double(end.milliseconds) / 1_000)
        let wish = JSONDocument.object(
            texts: [("displayName", name), ("endDateTime", date.formatted(.iso8601))])
        let body = JSONDocument.object([("passwordCredential", wish)])
        let response = try await call(
            [200, 201], "POST", "\(path)/addPassword", body: body, .creation)
        let made = try admin.decode(EntraSecret.self, response, .creation)
        guard made.displayName == name, made.secretText != nil else {
            throw CallOutcome(adapter: "entra").unreadable(
                .creation, "the answer is about another secret, or without its value")
        }
        return made
    }

    func removePassword(_ keyID: String) async throws(AdapterError) {
        let body = JSONDocument.object(texts: [("keyId", keyID)])
        _ = try await call([200, 204], "POST", "\(path)/removePassword", body: body, .repeatable)
    }

    func call(
        _ statuses: Set<Int>, _ method: String, _ path: String, body: [UInt8]? = nil,
        _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        let response = try await admin.send(method, path, body: body, effect)
        guard !statuses.contains(response.status) else { return response }
        let words = Self.words(response) ?? ""
        if response.status == 400, words.lowercased().contains("too many") {
            throw AdapterError(
                .limitReached, code: "entra-limit-reached", message: "entra: \(safeText(words))")
        }
        if response.status == 409 || response.status == 503,
            words.hasPrefix("Directory_ConcurrencyViolation")
        {
            // Nothing was written: the tenant was in the middle of something else.
            throw AdapterError(
                .unavailable(retryAfter: nil), code: "entra-busy",
                message: "entra: \(safeText(words))")
        }
        throw admin.error(response, effect)
    }
}
