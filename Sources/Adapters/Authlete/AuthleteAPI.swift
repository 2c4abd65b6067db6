import HTTPTransport
import RotationCore

/// The part of a client that a rotation depends on.
struct AuthleteClient: Decodable {
    /// Authlete's own number of the client.
    let clientId: Int64
    /// Another name for it, where one is in use.
    let clientIdAlias: String?
    let clientIdAliasEnabled: Bool?
    let clientSecret: String?
    let clientType: String?
    let tokenAuthMethod: String?

    /// Whether the plan's client id names this client.
    func isNamed(_ name: String) -> Bool {
        "\(clientId)" == name || clientIdAlias == name && clientIdAliasEnabled != false
    }
}

/// The part of a service that tells whose it is.
struct AuthleteService: Decodable {
    /// The service's id in version 3.
    let apiKey: Int64?
    let issuer: String?
    let tokenEndpoint: String?
}

/// The answer to a new secret.
struct AuthleteSecretUpdate: Decodable {
    let newClientSecret: String?
}

/// Authlete's error body.
struct AuthleteErrorBody: Decodable {
    let resultCode: String
    let resultMessage: String?
}

/// Calls of the Authlete API about the secret of one client.
struct AuthleteAPI: Sendable {
    let admin: AdminAPI
    /// The service's id (before version 3, its API key).
    let service: String
    let clientID: String

    private var base: String { "/api/\(URLPart.segment(service))" }

    static func words(_ response: HTTPResponse) -> String? {
        (try? response.json(AuthleteErrorBody.self)).map { $0.resultMessage ?? $0.resultCode }
    }

    func serviceDescription() async throws(AdapterError) -> AuthleteService {
        let response = try await admin.expect([200], "GET", "\(base)/service/get", .read)
        let found = try admin.decode(AuthleteService.self, response, .read)
        guard found.apiKey != nil || found.issuer != nil else {
            throw CallOutcome(adapter: "authlete").unreadable(.read, "that is no service")
        }
        return found
    }

    func client() async throws(AdapterError) -> AuthleteClient {
        let path = "\(base)/client/get/\(URLPart.segment(clientID))"
        let response = try await admin.expect([200], "GET", path, .read)
        let client = try admin.decode(AuthleteClient.self, response, .read)
        guard client.isNamed(clientID) else {
            throw AdapterError(
                .wrongTarget, code: "authlete-other-client",
                message: "authlete: the client is \(client.clientId)")
        }
        return client
    }

    /// Puts `secret` in the place of the one in force.
    func put(_ secret: ClientSecret) async throws(AdapterError) {
        let body = JSONDocument.object(texts: [("clientSecret", secret.withPlaintext { $0 })])
        let path = "\(base)/client/secret/update/\(URLPart.segment(clientID))"
        let response = try await admin.expect([200], "POST", path, body: body, .repeatable)
        let update = try admin.decode(AuthleteSecretUpdate.self, response, .repeatable)
        guard let new = update.newClientSecret, secret.matches(ClientSecret(new)) else {
            throw CallOutcome(adapter: "authlete").unreadable(
                .repeatable, "the answer shows another secret than the one that was set")
        }
    }
}
