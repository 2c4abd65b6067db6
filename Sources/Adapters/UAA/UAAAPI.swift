import HTTPTransport
import RotationCore

/// The part of a client's registration that a rotation depends on; never a secret.
struct UAAClient: Decodable {
    let clientID: String
    let authorizedGrantTypes: [String]?
    /// In seconds; 0 and less stand for the zone's own.
    let accessTokenValidity: Int64?
    /// What a token has that the client gets for itself.
    let authorities: [String]?

    enum CodingKeys: String, CodingKey {
        case clientID = "client_id"
        case authorizedGrantTypes = "authorized_grant_types"
        case accessTokenValidity = "access_token_validity"
        case authorities
    }
}

/// UAA's error body.
struct UAAErrorBody: Decodable {
    let error: String
    let description: String?

    enum CodingKeys: String, CodingKey {
        case error
        case description = "error_description"
    }
}

/// The answer to a change.
private struct UAAResult: Decodable {
    let status: String
    let message: String
}

/// Calls of UAA's client endpoints about the secrets of one client.
struct UAAAPI: Sendable {
    static let zoneHeader = "X-Identity-Zone-Id"

    let admin: AdminAPI
    let clientID: String

    private var path: String { "/oauth/clients/\(URLPart.segment(clientID))" }

    static func words(_ response: HTTPResponse) -> String? {
        (try? response.json(UAAErrorBody.self)).map { "\($0.error): \($0.description ?? "")" }
    }

    func client() async throws(AdapterError) -> UAAClient {
        let response = try await admin.expect([200], "GET", path, .read)
        let client = try admin.decode(UAAClient.self, response, .read)
        guard client.clientID == clientID else {
            throw AdapterError(
                .wrongTarget, code: "uaa-other-client",
                message: "uaa: the client is \(safeText(client.clientID))")
        }
        return client
    }

    /// Adds `secret` behind the one that there is.
    func add(_ secret: ClientSecret) async throws(AdapterError) {
        let response = try await change(secret, "ADD", .creation)
        if response.status == 400, Self.words(response)?.contains("two secrets") == true {
            throw AdapterError(
                .limitReached, code: "uaa-two-secrets",
                message: "uaa: the client has two secrets already")
        }
        try assert(response, .creation)
    }

    /// Drops the older of two; done where there is only one.
    func deleteOlder() async throws(AdapterError) {
        let response = try await change(nil, "DELETE", .repeatable)
        if response.status == 400, Self.words(response)?.contains("only one secret") == true {
            return
        }
        try assert(response, .repeatable)
    }

    /// Puts `secret` in the place of all that there are.
    func replaceAll(with secret: ClientSecret) async throws(AdapterError) {
        try assert(try await change(secret, "UPDATE", .repeatable), .repeatable)
    }

    private func change(_ secret: ClientSecret?, _ mode: String, _ effect: CallEffect)
        async throws(AdapterError) -> HTTPResponse
    {
        var members = [(name: "clientId", value: clientID)]
        if let secret { members.append(("secret", secret.withPlaintext { $0 })) }
        let body = JSONDocument.object(texts: members + [("changeMode", mode)])
        return try await admin.send("PUT", "\(path)/secret", body: body, effect)
    }

    private func assert(_ response: HTTPResponse, _ effect: CallEffect) throws(AdapterError) {
        guard response.status == 200 else { throw admin.error(response, effect) }
        guard try admin.decode(UAAResult.self, response, effect).status == "ok" else {
            throw CallOutcome(adapter: "uaa").unreadable(effect, "the answer doesn't say ok")
        }
    }
}
