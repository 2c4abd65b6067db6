import HTTPTransport
import RotationCore

/// A client as Glewlwyd shows it: all of it, since all of it must be sent back.
struct GlewlwydClient {
    /// The members that a rotation depends on.
    struct Fields: Decodable {
        let id: String
        let secret: String?
        let isEnabled: Bool?
        let isConfidential: Bool?
        let grants: [String]?
        let methods: [String]?
        let scopes: [String]?
        /// Which of the server's backends has it.
        let source: String?

        enum CodingKeys: String, CodingKey {
            case id = "client_id"
            case secret = "client_secret"
            case isEnabled = "enabled"
            case isConfidential = "confidential"
            case grants = "authorization_type"
            case methods = "token_endpoint_auth_method"
            case scopes = "scope"
            case source
        }
    }

    let fields: Fields
    let document: JSONDocument

    var id: String { fields.id }

    /// The secret in force, and where it stands.
    func secret() throws(AdapterError) -> (text: String, range: Range<Int>) {
        guard let found = try? document.node(at: ["client_secret"]),
            case .string(let text, let range) = found, !text.isEmpty
        else {
            throw AdapterError(
                .refused, code: "glewlwyd-no-secret",
                message: "glewlwyd: the client has no client_secret")
        }
        return (text, range)
    }
}

/// Calls of Glewlwyd's admin API about one client.
struct GlewlwydAPI: Sendable {
    let admin: AdminAPI
    let clientID: String

    private var path: String { "/client/\(URLPart.segment(clientID))" }

    /// A list of sentences; often there is nothing.
    static func words(_ response: HTTPResponse) -> String? {
        (try? response.json([String].self)).map { $0.joined(separator: "; ") }
    }

    func client() async throws(AdapterError) -> GlewlwydClient {
        let response = try await admin.expect([200], "GET", path, .read)
        let fields = try admin.decode(GlewlwydClient.Fields.self, response, .read)
        guard fields.id == clientID else {
            throw AdapterError(
                .wrongTarget, code: "glewlwyd-other-client",
                message: "glewlwyd: the client is \(safeText(fields.id))")
        }
        guard let document = try? JSONDocument(response.body) else {
            throw CallOutcome(adapter: "glewlwyd").unreadable(.read, "the client is not JSON")
        }
        return GlewlwydClient(fields: fields, document: document)
    }

    /// Sends the client back as it is now, byte for byte, but for its secret.
    ///
    /// What was left out would be dropped: the client's grants, for example. Glewlwyd has no
    /// version to compare, so the client is read just before; what somebody else changes in between
    /// is lost.
    func put(_ secret: ClientSecret) async throws(AdapterError) {
        let client = try await client()
        let range = try client.secret().range
        let body = secret.withPlaintext { client.document.replacing(range, with: $0) }
        let source = client.fields.source.map { "?source=\(URLPart.segment($0))" } ?? ""
        _ = try await admin.expect([200], "PUT", path + source, body: body, .repeatable)
    }
}
