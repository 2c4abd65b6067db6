import Hummingbird

/// WSO2 Identity Server 7: two secrets that the server makes, of which the newest is never deleted.
///
/// From `applications.yaml` of wso2/identity-api-server.
struct WSO2Vendor: Vendor {
    static let dialect = Dialect.wso2
    static let wording: TokenWording = {
        let refusal = TokenError(
            "invalid_client", "Client Authentication failed.", status: .unauthorized)
        return TokenWording(
            missingGrant: TokenError("invalid_request", "Missing grant_type parameter value"),
            unsupportedGrant: TokenError(
                "unsupported_grant_type", "Unsupported grant_type value"),
            noClient: refusal, noSecret: refusal,
            unknownClient: TokenError(
                "invalid_client", "A valid OAuth client could not be found for client_id",
                status: .unauthorized),
            badSecret: refusal, wrongMethod: refusal)
    }()
    /// The one tenant that is practised.
    static let tenant = "practice"

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        WSO2Applications(practice: practice, issuer: issuer).add(to: router)
        add(
            Self.server, to: router, token: "t/\(Self.tenant)/oauth2/token",
            metadata: "t/\(Self.tenant)/oauth2/token/.well-known/openid-configuration",
            keys: "t/\(Self.tenant)/oauth2/jwks")
    }

    private static func base(_ base: String) -> String { "\(base)\(mount)/t/\(tenant)" }

    /// The issuer is named as the token endpoint is.
    static func server(base url: String) -> TokenServer {
        let endpoint = "\(base(url))/oauth2/token"
        return TokenServer(
            kind: .plain, realm: .only(.wso2), issuer: endpoint, endpoint: endpoint)
    }

    /// Of the scopes that are asked for, those that the client has; nothing is said of the rest.
    static func grant(_ asked: String?, _ question: ScopeQuestion) throws(TokenError) -> String {
        let given = (asked ?? "").split(separator: " ").map(String.init)
            .filter(question.client.scopes.contains)
        return given.isEmpty ? "default" : given.joined(separator: " ")
    }

    static func value() -> String { RandomText.alphanumeric(40) }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.add(
            id: RandomText.uuid(), value: value ?? Self.value(), at: state.now,
            under: state.settings)
    }

    static var unknownPage: Response { WSO2Error.notFound("page").response }
    static var limitReached: Response? { WSO2Error.limitReached.response }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "WSO2_URL=\(base)\(mount)",
            "WSO2_TENANT=\(tenant)",
            "WSO2_ADMIN_CLIENT_ID=\(credentials.adminClientID)",
            "WSO2_ADMIN_CLIENT_SECRET=\(credentials.adminSecret)",
        ]
    }
}
