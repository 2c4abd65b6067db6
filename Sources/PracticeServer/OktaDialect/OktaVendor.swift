import Hummingbird

/// Okta: two authorization servers, a list of two secrets.
struct OktaVendor: Vendor {
    static let dialect = Dialect.okta
    static let wording = TokenWording.okta

    let practice: Practice
    let issuer: TokenIssuer

    static func owns(_ path: String) -> Bool {
        path.hasPrefix("/oauth2/") || path.hasPrefix("/api/")
    }

    func add(to router: Router<PracticeContext>) {
        let admin = OktaAdmin(practice: practice, issuer: issuer)
        admin.add(to: router)
        OktaSystemLog(
            practice: practice, access: admin.access, realm: .oktaOrg, mount: "",
            prefix: "app.oauth2.as"
        ).add(to: router)
        let tokens = TokenEndpoint(practice: practice, issuer: issuer)
        let discovery = Discovery(practice: practice, issuer: issuer)
        router.post("/oauth2/v1/token") { request, context in
            await tokens.answer(request, .oktaOrg(base: practice.baseURL), from: context)
        }
        router.post("/oauth2/default/v1/token") { request, context in
            await tokens.answer(request, .oktaDefault(base: practice.baseURL), from: context)
        }
        for path in ["openid-configuration", "oauth-authorization-server"] {
            router.get("/.well-known/\(path)") { _, _ in
                Self.metadata(.oktaOrg(base: practice.baseURL), discovery)
            }
            router.get("/oauth2/default/.well-known/\(path)") { _, _ in
                Self.metadata(.oktaDefault(base: practice.baseURL), discovery)
            }
        }
        // RFC 8414 §3.1 puts the well-known part before the issuer's path.
        router.get("/.well-known/oauth-authorization-server/oauth2/default") { _, _ in
            Self.metadata(.oktaDefault(base: practice.baseURL), discovery)
        }
        router.get("/oauth2/v1/keys") { _, _ in Reply.json(issuer.keySet) }
        router.get("/oauth2/default/v1/keys") { _, _ in Reply.json(issuer.keySet) }
    }

    private static func metadata(_ server: TokenServer, _ discovery: Discovery) -> Response {
        discovery.metadata(server, keys: "\(server.endpoint.dropLast("/token".count))/keys")
    }

    static func accepts(_ method: AuthMethod, of client: PracticeClient) -> Bool {
        client.authMethod == method
    }

    static func grant(_ asked: String?, _ question: ScopeQuestion) throws(TokenError) -> String {
        guard question.server.kind == .oktaOrg else { return try custom(asked, question) }
        // The org server gives `okta.*` scopes to `private_key_jwt` clients that were granted them.
        guard question.method == .privateKeyJWT else {
            guard question.settings.oktaOrgSecretGrants else {
                throw wording.unknownScopes(asked ?? "")
            }
            return try custom(asked, question)
        }
        guard let asked else { throw wording.noScope }
        return try question.all(of: asked, in: question.client.grants)
    }

    private static func custom(
        _ asked: String?, _ question: ScopeQuestion
    ) throws(TokenError) -> String {
        guard let asked else {
            guard !question.settings.oktaDefaultScope.isEmpty else { throw wording.noScope }
            return question.settings.oktaDefaultScope
        }
        return try question.all(of: asked, in: question.client.scopes)
    }

    static func complete(_ claims: inout AccessToken, of client: PracticeClient) {
        claims.cid = client.clientID
        claims.scp = claims.scope.split(separator: " ").map(String.init)
    }

    /// Okta uses the app id as the client id unless an app was made with an own client id.
    static func newInternalID() -> String { "0oa" + RandomText.alphanumeric(17) }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.add(
            id: OktaSecretRules.newID(), value: value ?? RandomText.alphanumeric(64),
            at: state.now, under: state.settings)
    }

    static var unknownPage: Response { OktaError.notFound("Resource not found").response }

    /// Okta documents no Retry-After: the reset header is all there is.
    static func tooManyRequests(wait: Int, at now: Milliseconds) -> Response {
        OktaError.rateLimited.response(
            rate: .init(limit: 600, remaining: 0, reset: now.seconds + Int64(wait), isOver: true))
    }

    static var limitReached: Response? { OktaError.tooManySecrets.response }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "OKTA_API_TOKEN=\(credentials.oktaAPIToken)",
            "OKTA_ISSUER=\(base)/oauth2/default",
            "OKTA_TOKEN_URL=\(base)/oauth2/default/v1/token",
        ]
    }
}
