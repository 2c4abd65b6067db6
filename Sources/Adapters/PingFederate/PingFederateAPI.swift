import HTTPTransport
import RotationCore

/// A client's secrets as PingFederate shows them: encrypted anew at each look, never in clear.
///
/// What is encrypted is sent back to keep a secret, and compared with nothing.
struct PingFederateSecrets: Decodable {
    let encryptedSecret: String?
    /// Nil where the version keeps none beside the first.
    let secondarySecrets: [Secondary]?

    struct Secondary: Decodable {
        let expiryTime: String?

        var end: Instant? { expiryTime.flatMap(Instant.init(rfc3339:)) }
    }

    /// The secondary ones that are not over at `now`.
    func secondary(at now: Instant) -> [Secondary] {
        (secondarySecrets ?? []).filter { $0.end.map { $0 > now } ?? true }
    }
}

/// The part of a client that a rotation depends on.
struct PingFederateClient: Decodable {
    let clientId: String
    let enabled: Bool?
    let grantTypes: [String]?
    let clientAuth: Authentication?
    /// Whether it is kept to the scopes below; every other one may ask for all that are common.
    let restrictScopes: Bool?
    let restrictedScopes: [String]?
    let exclusiveScopes: [String]?
    /// Whether the engines of a cluster have it; only said where the cluster copies by itself.
    let replicationStatus: String?

    struct Authentication: Decodable {
        let type: String?
    }
}

/// PingFederate's error body.
private struct PingFederateResult: Decodable {
    let resultId: String?
    let message: String?
    let validationErrors: [ValidationError]?

    struct ValidationError: Decodable {
        let message: String?
    }
}

/// Calls of PingFederate's administrative API about the secrets of one client.
struct PingFederateAPI: Sendable {
    /// Without it every request is refused, whatever it says.
    static let forgeryHeader = "X-XSRF-Header"

    let admin: AdminAPI
    let clientID: String
    let now: @Sendable () -> Instant

    private var path: String {
        "/pf-admin-api/v1/oauth/clients/\(URLPart.segment(clientID))"
    }
    private var secretPath: String { "\(path)/clientAuth/clientSecret" }

    static func words(_ response: HTTPResponse) -> String? {
        guard let body = try? response.json(PingFederateResult.self), let id = body.resultId else {
            return nil
        }
        let said = [body.message] + (body.validationErrors ?? []).map(\.message)
        return "\(id): \(said.compactMap { $0 }.joined(separator: " "))"
    }

    func client() async throws(AdapterError) -> PingFederateClient {
        let response = try await admin.expect([200], "GET", path, .read)
        let client = try admin.decode(PingFederateClient.self, response, .read)
        guard client.clientId == clientID else {
            throw AdapterError(
                .wrongTarget, code: "pingfederate-other-client",
                message: "pingfederate: the client is \(safeText(client.clientId))")
        }
        return client
    }

    /// All secrets; a client without a first one has none to rotate.
    func secrets() async throws(AdapterError) -> PingFederateSecrets {
        let response = try await admin.expect([200], "GET", secretPath, .read)
        let shown = try admin.decode(PingFederateSecrets.self, response, .read)
        guard shown.encryptedSecret != nil else {
            throw AdapterError(
                .refused, code: "pingfederate-no-secret",
                message: "pingfederate: no secret of the client is shown")
        }
        return shown
    }

    /// Puts `secret` beside the first one of `shown`, until `end`; no other secondary one stays.
    func add(_ secret: ClientSecret, until end: Instant, beside shown: PingFederateSecrets)
        async throws(AdapterError)
    {
        let entry = JSONDocument.object(
            texts: [("secret", secret.withPlaintext { $0 }), ("expiryTime", end.rfc3339)])
        try await put(kept(shown), [entry], .creation)
    }

    /// Drops the secondary ones; the first one of `shown` stays.
    func dropSecondary(beside shown: PingFederateSecrets) async throws(AdapterError) {
        try await put(kept(shown), [], .repeatable)
    }

    /// Puts `secret` in the first one's place, and nothing beside it.
    ///
    /// What was there may stay as a secondary one for a time that the server is set to.
    func replace(with secret: ClientSecret) async throws(AdapterError) {
        try await put(("secret", secret.withPlaintext { $0 }), [], .repeatable)
    }

    private typealias First = (name: String, value: String)

    private func kept(_ shown: PingFederateSecrets) -> First {
        ("encryptedSecret", shown.encryptedSecret ?? "")
    }

    /// The whole object, which is all that can be written.
    private func put(_ first: First, _ secondary: [[UInt8]], _ effect: CallEffect)
        async throws(AdapterError)
    {
        let body = JSONDocument.object(
            [
                (first.name, JSONDocument.literal(first.value)),
                ("secondarySecrets", JSONDocument.array(secondary)),
            ])
        let response = try await admin.expect([200], "PUT", secretPath, body: body, effect)
        _ = try admin.decode(PingFederateSecrets.self, response, effect)
    }
}
