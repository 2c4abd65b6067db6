import HTTPTransport
import RotationCore

/// `{"type":"secret","value":"…"}`.
struct KeycloakSecret: Decodable {
    let value: String?
}

/// The part of a ClientRepresentation that a rotation depends on.
struct KeycloakClient: Decodable {
    let id: String
    let clientId: String
    let enabled: Bool?
    let publicClient: Bool?
    let bearerOnly: Bool?
    let clientAuthenticatorType: String?
    let attributes: [String: String?]?
    /// Those that a token has without being asked for.
    let defaultClientScopes: [String]?
    /// Those that it has where it is asked for with them.
    let optionalClientScopes: [String]?

    /// When the secret in force stops being accepted, and the rotated one with it.
    var expiresAt: Instant? { time("client.secret.expiration.time") }
    /// When the rotated secret stops being accepted.
    var rotatedExpiresAt: Instant? { time("client.secret.rotated.expiration.time") }
    var createdAt: Instant? { time("client.secret.creation.time") }
    var rotatedCreatedAt: Instant? { time("client.secret.rotated.creation.time") }

    /// Attributes hold seconds since 1970 as text; 0 is never.
    private func time(_ name: String) -> Instant? {
        guard let text = attributes?[name] ?? nil, let seconds = Int64(text),
            (1...4_102_444_800).contains(seconds)
        else { return nil }
        return Instant(milliseconds: seconds * 1_000)
    }
}

/// Keycloak's two error bodies.
private struct KeycloakErrorBody: Decodable {
    let error: String?
    let errorDescription: String?
    let errorMessage: String?

    enum CodingKeys: String, CodingKey {
        case error, errorMessage
        case errorDescription = "error_description"
    }
}

/// Keycloak's calls about the secrets of one client.
struct KeycloakAPI: Sendable {
    let admin: AdminAPI
    let realm: String
    let clientID: String

    var realmPath: String { "/admin/realms/\(URLPart.segment(realm))" }

    static func words(_ response: HTTPResponse) -> String? {
        guard let body = try? response.json(KeycloakErrorBody.self) else { return nil }
        return body.errorMessage ?? body.errorDescription ?? body.error
    }

    /// The client, found by its `client_id`; paths name it by an internal id.
    func client() async throws(AdapterError) -> KeycloakClient {
        let query = "clientId=\(URLPart.segment(clientID))"
        let response = try await admin.expect([200], "GET", "\(realmPath)/clients?\(query)", .read)
        let found = try admin.decode([KeycloakClient].self, response, .read)
            .filter { $0.clientId == clientID }
        guard let client = found.first, found.count == 1 else {
            throw AdapterError(
                .missing, code: "keycloak-client-missing",
                message: "keycloak: the realm has no client \(safeText(clientID))")
        }
        return client
    }

    private func path(_ client: KeycloakClient) -> String {
        "\(realmPath)/clients/\(URLPart.segment(client.id))"
    }

    /// The secret in force; nil where there is none.
    func current(_ client: KeycloakClient) async throws(AdapterError) -> ClientSecret? {
        let path = "\(path(client))/client-secret"
        return try secret(try await admin.expect([200], "GET", path, .read), .read)
    }

    /// The secret before it, whether its time is over or not; nil where there is none.
    func rotated(_ client: KeycloakClient) async throws(AdapterError) -> ClientSecret? {
        let path = "\(path(client))/client-secret/rotated"
        let response = try await admin.expect([200, 404], "GET", path, .read)
        guard response.status == 200 else {
            // A client that is gone is a 404 as well, and must not look like a free slot.
            guard admin.words(response)?.contains("rotated secret") ?? false else {
                throw admin.error(response, .read)
            }
            return nil
        }
        return try secret(response, .read)
    }

    /// Makes a secret; the one in force becomes the rotated one, if a policy says so.
    func regenerate(_ client: KeycloakClient) async throws(AdapterError) -> ClientSecret {
        let path = "\(path(client))/client-secret"
        let body = Array("{}".utf8)
        let response = try await admin.expect([200], "POST", path, body: body, .creation)
        guard let secret = try secret(response, .creation) else {
            throw CallOutcome(adapter: "keycloak").unreadable(
                .creation, "there is no value in the answer")
        }
        return secret
    }

    func deleteRotated(_ client: KeycloakClient) async throws(AdapterError) {
        let path = "\(path(client))/client-secret/rotated"
        let response = try await admin.expect([200, 204, 404], "DELETE", path, .repeatable)
        guard response.status != 404 || admin.words(response)?.contains("rotated") ?? false else {
            throw admin.error(response, .repeatable)
        }
    }

    /// Puts `secret` in force at once, by a fresh representation of the client.
    func put(_ secret: ClientSecret, _ client: KeycloakClient) async throws(AdapterError) {
        let shown = try await admin.expect([200], "GET", path(client), .read)
        let body = try secret.withPlaintext { text throws(AdapterError) in
            try KeycloakRepresentation(shown.body).with(secret: text)
        }
        _ = try await admin.expect([200, 204], "PUT", path(client), body: body, .repeatable)
    }

    func profiles() async throws(AdapterError) -> KeycloakProfiles {
        let path = "\(realmPath)/client-policies/profiles?include-global-profiles=true"
        return try admin.decode(
            KeycloakProfiles.self, try await admin.expect([200], "GET", path, .read), .read)
    }

    func policies() async throws(AdapterError) -> KeycloakPolicies {
        let path = "\(realmPath)/client-policies/policies?include-global-policies=true"
        return try admin.decode(
            KeycloakPolicies.self, try await admin.expect([200], "GET", path, .read), .read)
    }

    private func secret(_ response: HTTPResponse, _ effect: CallEffect)
        throws(AdapterError) -> ClientSecret?
    {
        let value = try admin.decode(KeycloakSecret.self, response, effect).value
        guard let value, !value.isEmpty else { return nil }
        guard !value.allSatisfy({ $0 == "*" }) else {
            throw AdapterError(
                .unauthorized, code: "keycloak-secret-hidden",
                message: "keycloak: the secret is hidden from this admin; it needs manage-clients")
        }
        return ClientSecret(value)
    }
}
