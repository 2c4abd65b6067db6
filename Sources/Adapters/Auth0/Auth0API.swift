import HTTPTransport
import RotationCore

/// The part of a client that a rotation depends on.
struct Auth0Client: Decodable {
    let clientID: String
    let secret: String?
    let authMethod: String?
    let grantTypes: [String]?
    /// What stands in the place of a secret: keys and certificates.
    let otherMethods: OtherMethods?

    /// There are some; which is nobody's business here.
    struct OtherMethods: Decodable {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case clientID = "client_id"
        case secret = "client_secret"
        case authMethod = "token_endpoint_auth_method"
        case grantTypes = "grant_types"
        case otherMethods = "client_authentication_methods"
    }
}

/// The Management API's error body.
struct Auth0ErrorBody: Decodable {
    let message: String
    let errorCode: String?
}

/// Calls of Auth0's Management API about the secret of one client.
struct Auth0API: Sendable {
    let admin: AdminAPI
    let clientID: String
    let now: @Sendable () -> Instant

    /// What an admin must be given.
    static let scopes = ["read:client_keys", "update:clients", "update:client_keys"]

    private var path: String { "/api/v2/clients/\(URLPart.segment(clientID))" }

    static func words(_ response: HTTPResponse) -> String? {
        (try? response.json(Auth0ErrorBody.self)).map { body in
            body.errorCode.map { "\($0): \(body.message)" } ?? body.message
        }
    }

    /// Without the right to read its secret this is refused, since it is asked for by name.
    func client() async throws(AdapterError) -> Auth0Client {
        let fields = Auth0Client.CodingKeys.allCases.map(\.rawValue).joined(separator: ",")
        let query = "?fields=\(URLPart.segment(fields))&include_fields=true"
        let response = try await send("GET", path + query, nil, .read)
        return try own(response, .read)
    }

    /// Puts `secret` in the place of the one in force.
    func put(_ secret: ClientSecret) async throws(AdapterError) {
        let body = JSONDocument.object(texts: [("client_secret", secret.withPlaintext { $0 })])
        let client = try own(try await send("PATCH", path, body, .repeatable), .repeatable)
        if let shown = client.secret, !secret.matches(ClientSecret(shown)) {
            throw CallOutcome(adapter: "auth0").unreadable(
                .repeatable, "the answer shows another secret than the one that was set")
        }
    }

    func send(
        _ method: String, _ path: String, _ body: [UInt8]?, _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        let response = try await admin.send(method, path, body: body, effect)
        let error = admin.error(response, effect)
        switch response.status {
        case 200: return response
        case 429:
            let wait = CallOutcome.wait(
                until: "X-RateLimit-Reset", in: response.headers, at: now())
            throw AdapterError(
                .unavailable(retryAfter: wait), code: error.code, message: error.message)
        default: throw error
        }
    }

    private func own(_ response: HTTPResponse, _ effect: CallEffect) throws(AdapterError)
        -> Auth0Client
    {
        let client = try admin.decode(Auth0Client.self, response, effect)
        guard client.clientID == clientID else {
            throw AdapterError(
                effect == .read ? .wrongTarget : .unknown, code: "auth0-other-client",
                message: "auth0: the client is \(safeText(client.clientID))")
        }
        return client
    }
}
