import Hummingbird

/// The API service integrations of an Okta org, which Okta makes the secrets of.
///
/// An org of its own, since its server gives tokens to secrets: an integration gets the `okta.*`
/// scopes that it was granted by its secret, and nothing without naming one.
struct OktaAPIServiceVendor: Vendor {
    static let dialect = Dialect.oktaAPIService
    static let wording = TokenWording.okta

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let services = OktaAPIServices(practice: practice, issuer: issuer)
        services.add(to: router)
        OktaSystemLog(
            practice: practice, access: services.access, realm: .only(.oktaAPIService),
            mount: Self.mount, prefix: "app.oauth2"
        ).add(to: router)
        add(
            Self.server, to: router, token: "oauth2/v1/token",
            metadata: ".well-known/oauth-authorization-server", keys: "oauth2/v1/keys")
    }

    static func server(base: String) -> TokenServer {
        let issuer = "\(base)\(mount)"
        return TokenServer(
            kind: .plain, realm: .only(.oktaAPIService), issuer: issuer,
            endpoint: "\(issuer)/oauth2/v1/token")
    }

    static func accepts(_ method: AuthMethod, of client: PracticeClient) -> Bool {
        OktaVendor.accepts(method, of: client)
    }

    static func grant(_ asked: String?, _ question: ScopeQuestion) throws(TokenError) -> String {
        guard let asked else { throw wording.noScope }
        let isAdmin = question.method == .privateKeyJWT
        return try question.all(
            of: asked, in: isAdmin ? question.client.grants : question.client.scopes)
    }

    static func newInternalID() -> String { OktaVendor.newInternalID() }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        OktaVendor.addFirst(value, to: &client, in: realm, state)
    }

    static var unknownPage: Response { OktaVendor.unknownPage }
    static func tooManyRequests(wait: Int, at now: Milliseconds) -> Response {
        OktaVendor.tooManyRequests(wait: wait, at: now)
    }
    static var limitReached: Response? { OktaAPIServices.limitReached.response }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        ["OKTA_API_SERVICE_URL=\(base)\(mount)"]
    }
}
