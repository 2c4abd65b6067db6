import HTTPTypes
import Hummingbird

/// A server with nothing but the RFCs: clients administer themselves (RFC 7592), and each update
/// makes a new secret.
///
/// From the text of RFC 7591 and RFC 7592, and as strict as the servers that were tried: Glewlwyd,
/// canaille and django-oauth-toolkit.
struct RFC7592Vendor: Vendor {
    static let dialect = Dialect.rfc7592
    static let wording = TokenWording()

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        RFC7592Registration(practice: practice).add(to: router)
        add(
            Self.server, to: router, token: "token",
            metadata: ".well-known/openid-configuration", keys: "jwks")
        let discovery = Discovery(practice: practice, issuer: issuer)
        router.get(RouterPath(Self.metadata)) { _, _ in
            let server = Self.server(base: practice.baseURL)
            return discovery.metadata(server, keys: "\(server.issuer)/jwks")
        }
    }

    /// RFC 8414 §3.1 puts the well-known part before the issuer's path.
    private static let metadata = "/.well-known/oauth-authorization-server\(mount)"

    static func owns(_ path: String) -> Bool {
        path.hasPrefix("\(mount)/") || path == metadata
    }

    static func server(base: String) -> TokenServer {
        let issuer = "\(base)\(mount)"
        return TokenServer(
            kind: .plain, realm: .only(.rfc7592), issuer: issuer, endpoint: "\(issuer)/token")
    }

    /// The one method that the client is registered for (RFC 7591 §2: Basic, where it says none).
    static func accepts(_ method: AuthMethod, of client: PracticeClient) -> Bool {
        let named = client.document["token_endpoint_auth_method"]?.string
        return method.rawValue == named ?? AuthMethod.basic.rawValue
    }

    static func grant(_ asked: String?, _ question: ScopeQuestion) throws(TokenError) -> String {
        // RFC 7591 §2: without grant_types a client has the authorization code alone.
        let grants = question.client.document["grant_types"]?.array ?? ["authorization_code"]
        guard grants.contains("client_credentials") else {
            throw TokenError("unauthorized_client", "The client may not use this grant.")
        }
        let known = question.client.document["scope"]?.string ?? ""
        guard let asked else { return known }
        return try question.all(of: asked, in: Set(known.split(separator: " ").map(String.init)))
    }

    static func newInternalID() -> String { RandomText.alphanumeric(32) }
    static func value() -> String { RandomText.alphanumeric(48) }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.document = [
            "client_name": .string(client.clientID), "grant_types": ["client_credentials"],
            "response_types": [], "scope": .string(client.scopes.sorted().joined(separator: " ")),
            "token_endpoint_auth_method": .string(client.authMethod.rawValue), "logo_uri": .null,
        ]
        client.replace(with: value ?? Self.value(), at: state.now, under: state.settings)
    }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        ["RFC7592_URL=\(base)\(mount)"]
    }
}
