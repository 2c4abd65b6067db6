/// What Okta lets be done to a client's secrets; pure, over one client.
struct OktaSecretRules {
    static let limit = 2

    /// Body of a create; both optional.
    struct Request: Decodable {
        var clientSecret: String?
        var status: String?

        private enum CodingKeys: String, CodingKey {
            case clientSecret = "client_secret"
            case status
        }
    }

    /// Makes one more secret; generated ones have 64 characters since July 2023.
    static func create(
        _ request: Request, in client: inout PracticeClient, at now: Milliseconds,
        under settings: PracticeSettings
    ) throws(OktaError) -> PracticeSecret {
        let status = try status(request.status)
        if let value = request.clientSecret { try check(value, method: client.authMethod) }
        guard client.secrets.count < limit else { throw .tooManySecrets }
        return client.add(
            id: newID(), value: request.clientSecret ?? RandomText.alphanumeric(64),
            status: status, at: now, under: settings)
    }

    static func delete(
        _ id: String, in client: inout PracticeClient, at now: Milliseconds,
        under settings: PracticeSettings
    ) throws(OktaError) {
        guard try find(id, in: client).status == .inactive else { throw .deleteActive }
        client.remove(id, at: now, under: settings)
    }

    static func setStatus(
        _ status: PracticeSecret.Status, of id: String, in client: inout PracticeClient,
        at now: Milliseconds, under settings: PracticeSettings
    ) throws(OktaError) -> PracticeSecret {
        let secret = try find(id, in: client)
        let active = client.secrets.filter { $0.status == .active }
        if status == .inactive, secret.status == .active, active.count == 1 {
            throw .deactivateOnlyActive
        }
        client.setStatus(status, of: id, at: now, under: settings)
        return try find(id, in: client)
    }

    static func find(
        _ id: String, in client: PracticeClient
    ) throws(OktaError) -> PracticeSecret {
        guard let secret = client.secret(id) else {
            throw .notFound("Resource not found: \(id) (OAuth2ClientSecretMediated)")
        }
        return secret
    }

    static func newID() -> String { "ocs" + RandomText.alphanumeric(17) }

    private static func status(
        _ text: String?
    ) throws(OktaError) -> PracticeSecret.Status {
        guard let text else { return .active }
        guard let status = PracticeSecret.Status(rawValue: text) else {
            throw .validation("OAuth2ClientSecretMediated", "status: '\(text)' is not valid.")
        }
        return status
    }

    private static func check(_ value: String, method: AuthMethod) throws(OktaError) {
        if method == .privateKeyJWT {
            throw .secretValue(
                "'client_secret' can't be used when 'token_endpoint_auth_method' is "
                    + "'private_key_jwt'.")
        }
        guard value.unicodeScalars.allSatisfy({ (0x20...0x7E).contains($0.value) }) else {
            throw .secretValue(
                "client_secret: ''client_secret'' must only contain printable ASCII: [x20-x7E]+")
        }
        if method == .secretJWT, value.utf8.count < 32 {
            throw .secretValue(
                "client_secret: 'client_secret' must be at least '32' characters long when "
                    + "'token_endpoint_auth_method' is 'client_secret_jwt'.")
        }
        guard value.utf8.count >= 14 else {
            throw .secretValue(
                "client_secret: 'client_secret' must be at least '14' characters long.")
        }
        guard value.utf8.count <= 100 else {
            throw .secretValue(
                "client_secret: 'client_secret' can't be more than '100' characters long.")
        }
    }
}
