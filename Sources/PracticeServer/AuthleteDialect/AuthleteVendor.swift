import HTTPTypes
import Hummingbird

/// Authlete and an authorization server in front of it: one secret for each client, shown to who
/// may see the client.
///
/// From authlete/authlete-java-common and authlete/openapi-for-go.
struct AuthleteVendor: Vendor {
    static let dialect = Dialect.authlete
    static let wording: TokenWording = {
        let refusal = TokenError(
            "invalid_client", "[A157357] Client authentication failed.", status: .unauthorized)
        return TokenWording(
            missingGrant: TokenError(
                "invalid_request", "[A050311] The token request does not have grant_type."),
            unsupportedGrant: TokenError(
                "unsupported_grant_type", "[A052301] The grant type is not supported."),
            noClient: refusal, noSecret: refusal, unknownClient: refusal, badSecret: refusal,
            wrongMethod: refusal)
    }()
    /// The one service that is practised.
    static let service = "715948317"

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        AuthleteClients(practice: practice).add(to: router)
        add(
            Self.server, to: router, token: "as/api/token",
            metadata: "as/.well-known/openid-configuration", keys: "as/api/jwks")
    }

    static func server(base: String) -> TokenServer {
        let address = "\(base)\(mount)/as"
        return TokenServer(
            kind: .plain, realm: .only(.authlete), issuer: address,
            endpoint: "\(address)/api/token")
    }

    /// The one method that the client is set to.
    static func accepts(_ method: AuthMethod, of client: PracticeClient) -> Bool {
        method == client.authMethod
    }

    static func newInternalID() -> String { "\(Int.random(in: 1_000_000_000...9_999_999_999))" }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.replace(
            with: value ?? RandomText.alphanumeric(84) + "-_", at: state.now, under: state.settings)
    }

    static var unknownPage: Response { AuthleteError.noPage.response }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "AUTHLETE_URL=\(base)\(mount)",
            "AUTHLETE_SERVICE=\(service)",
            "AUTHLETE_TOKEN_ENDPOINT=\(server(base: base).endpoint)",
            "AUTHLETE_TOKEN=\(credentials.adminToken)",
            "AUTHLETE_LESSER_TOKEN=\(credentials.leastToken)",
        ]
    }
}
