import HTTPTransport
import RotationCore

/// The part of an OAuth2 provider that a rotation depends on.
struct AuthentikProvider: Decodable {
    let pk: Int
    let clientID: String
    let clientType: String?
    let secret: String?
    /// The short name of its application; nil where it has none.
    let applicationSlug: String?

    enum CodingKeys: String, CodingKey {
        case pk
        case clientID = "client_id"
        case clientType = "client_type"
        case secret = "client_secret"
        case applicationSlug = "assigned_application_slug"
    }
}

/// A page of the list of providers.
struct AuthentikProviderPage: Decodable {
    let results: [AuthentikProvider]
}

/// authentik's error body, where it is about the request as a whole.
struct AuthentikErrorBody: Decodable {
    let detail: String
}

/// Calls of authentik's API about one OAuth2 provider.
struct AuthentikAPI: Sendable {
    let admin: AdminAPI
    let clientID: String

    private static let path = "/api/v3/providers/oauth2/"

    static func words(_ response: HTTPResponse) -> String? {
        if let body = try? response.json(AuthentikErrorBody.self) { return body.detail }
        // What is wrong with which member.
        return (try? response.json([String: [String]].self)).map { members in
            members.sorted { $0.key < $1.key }
                .map { "\($0.key): \($0.value.joined(separator: " "))" }
                .joined(separator: "; ")
        }
    }

    /// The provider with the plan's client id.
    func provider() async throws(AdapterError) -> AuthentikProvider {
        let path = "\(Self.path)?client_id=\(URLPart.segment(clientID))"
        let response = try await admin.expect([200], "GET", path, .read)
        let page = try admin.decode(AuthentikProviderPage.self, response, .read)
        let ours = page.results.filter { $0.clientID == clientID }
        guard let one = ours.first, ours.count == 1 else {
            throw AdapterError(
                .missing, code: "authentik-provider-missing",
                message: "authentik: \(ours.count) providers with the client id "
                    + "\(safeText(clientID)) are shown to this token")
        }
        return one
    }

    /// Puts `secret` in the place of the one in force.
    func put(_ secret: ClientSecret) async throws(AdapterError) {
        let body = JSONDocument.object(texts: [("client_secret", secret.withPlaintext { $0 })])
        let path = "\(Self.path)\(try await provider().pk)/"
        let response = try await admin.expect([200], "PATCH", path, body: body, .repeatable)
        let provider = try admin.decode(AuthentikProvider.self, response, .repeatable)
        guard provider.clientID == clientID, let shown = provider.secret,
            secret.matches(ClientSecret(shown))
        else {
            throw CallOutcome(adapter: "authentik").unreadable(
                .repeatable, "the answer is about another client, or shows another secret")
        }
    }
}
