import HTTPTransport
import RotationCore

/// The part of a client that a rotation depends on; the secret in the answer to its making only.
struct HydraClient: Decodable {
    let clientID: String
    let secret: String?
    let authMethod: String?
    let grantTypes: [String]?
    /// Words with spaces between them.
    let scope: String?

    enum CodingKeys: String, CodingKey {
        case clientID = "client_id"
        case secret = "client_secret"
        case authMethod = "token_endpoint_auth_method"
        case grantTypes = "grant_types"
        case scope
    }
}

/// Hydra's error body.
struct HydraErrorBody: Decodable {
    let error: String
    let description: String?

    enum CodingKeys: String, CodingKey {
        case error
        case description = "error_description"
    }
}

/// Calls of Hydra's admin API about the secrets of one client.
struct HydraAPI: Sendable {
    let admin: AdminAPI
    let clientID: String

    private var path: String { "/admin/clients/\(URLPart.segment(clientID))" }

    static func words(_ response: HTTPResponse) -> String? {
        (try? response.json(HydraErrorBody.self)).map { "\($0.error): \($0.description ?? "")" }
    }

    func client() async throws(AdapterError) -> HydraClient {
        try own(try await admin.expect([200], "GET", path, .read), .read)
    }

    /// Makes another secret and retains the one in force.
    func rotate() async throws(AdapterError) -> ClientSecret {
        let response = try await admin.send("POST", "\(path)/secrets/rotate", .creation)
        if [404, 405].contains(response.status) {
            // Before the feature, the path leads nowhere; the client itself is known to be there.
            _ = try await client()
            throw AdapterError(
                .refused, code: "hydra-too-old",
                message: "hydra: HTTP \(response.status): this version can't rotate secrets")
        }
        guard response.status == 200 else { throw admin.error(response, .creation) }
        guard let secret = try own(response, .creation).secret, !secret.isEmpty else {
            throw CallOutcome(adapter: "hydra").unreadable(.creation, "the answer has no secret")
        }
        return ClientSecret(secret)
    }

    /// Puts `secret` in force; every other one is dropped.
    func put(_ secret: ClientSecret) async throws(AdapterError) {
        let step = JSONDocument.object(
            texts: [
                ("op", "replace"), ("path", "/client_secret"),
                ("value", secret.withPlaintext { $0 }),
            ])
        let body = JSONDocument.array([step])
        let response = try await admin.expect([200], "PATCH", path, body: body, .repeatable)
        _ = try own(response, .repeatable)
    }

    private func own(_ response: HTTPResponse, _ effect: CallEffect) throws(AdapterError)
        -> HydraClient
    {
        let client = try admin.decode(HydraClient.self, response, effect)
        guard client.clientID == clientID else {
            throw AdapterError(
                effect == .read ? .wrongTarget : .unknown, code: "hydra-other-client",
                message: "hydra: the client is \(safeText(client.clientID))")
        }
        return client
    }
}
