import HTTPTypes
import Hummingbird

/// Glewlwyd: one secret for each client, in clear, and a token endpoint that refuses without words.
///
/// As Glewlwyd 2.7.5 answered (Debian's package, with `Tests/Services/glewlwyd.sh`).
struct GlewlwydVendor: Vendor {
    static let dialect = Dialect.glewlwyd
    static let wording: TokenWording = {
        // A wrong secret, an unknown client, another method, no scope: all the same.
        let refusal = TokenError("forbidden", "", status: .forbidden)
        return TokenWording(
            repeated: { _ in TokenError("bad_request", "") },
            malformed: TokenError("bad_request", ""), missingGrant: TokenError("bad_request", ""),
            unsupportedGrant: TokenError("bad_request", ""), severalMethods: refusal,
            noClient: refusal, noSecret: refusal, unknownClient: refusal, badSecret: refusal,
            wrongMethod: refusal, badAssertion: { _ in refusal },
            unknownScopes: { _ in TokenError("scope_invalid", "") }, noScope: refusal)
    }()

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        GlewlwydClients(practice: practice).add(to: router)
        add(
            Self.server, to: router, token: "api/oidc/token",
            metadata: "api/oidc/.well-known/openid-configuration", keys: "api/oidc/jwks")
    }

    static func server(base: String) -> TokenServer {
        let issuer = "\(base)\(mount)/api/oidc"
        return TokenServer(
            kind: .plain, realm: .only(.glewlwyd), issuer: issuer, endpoint: "\(issuer)/token")
    }

    /// Nothing but the scope is ever called by its name.
    static func response(to error: TokenError, basicRealm: String?) -> Response {
        guard error.error == "scope_invalid" else { return Reply.empty(error.status) }
        return Reply.json(["error": error.error], status: error.status)
    }

    static func accepts(_ method: AuthMethod, of client: PracticeClient) -> Bool {
        let methods = client.document["token_endpoint_auth_method"]?.array ?? []
        return methods.contains(.string(method.rawValue))
            && client.document["authorization_type"]?.array?.contains("client_credentials") == true
            && client.document["confidential"] == true
    }

    /// Those of the scopes that the client has; none is asked for at one's peril.
    static func grant(_ asked: String?, _ question: ScopeQuestion) throws(TokenError) -> String {
        guard let asked else { throw wording.noScope }
        let known = question.client.document["scope"]?.array ?? []
        let given = asked.split(separator: " ").map(String.init).filter {
            known.contains(.string($0))
        }
        guard !given.isEmpty else { throw wording.unknownScopes(asked) }
        return given.joined(separator: " ")
    }

    static func value() -> String { RandomText.alphanumeric(32) }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.document = [
            "name": .string(client.clientID), "description": "", "enabled": true,
            "confidential": true, "scope": .array(client.scopes.sorted().map(JSONValue.string)),
            "authorization_type": ["client_credentials"],
            "token_endpoint_auth_method": ["client_secret_basic", "client_secret_post"],
        ]
        client.replace(with: value ?? Self.value(), at: state.now, under: state.settings)
    }

    static var unknownPage: Response { Reply.empty(.notFound) }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "GLEWLWYD_URL=\(base)\(mount)/api",
            "GLEWLWYD_TOKEN=\(credentials.adminToken)",
        ]
    }
}
