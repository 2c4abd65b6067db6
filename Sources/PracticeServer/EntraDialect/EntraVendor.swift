import Hummingbird

/// Microsoft Entra ID: a list of secrets that the server makes, named by whoever asked for them.
///
/// From msgraph-metadata `v1.0-Prod.csdl` and microsoft-graph-docs. Graph and the login are two
/// hosts there, and two places here.
struct EntraVendor: Vendor {
    static let dialect = Dialect.entra
    static let wording = EntraWording.wording
    /// The one tenant that is practised.
    static let tenant = "0b7a2c1e-6a53-4c0e-9d0a-3f1f5f0c9e21"

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        EntraGraph(practice: practice, issuer: issuer).add(to: router)
        let tokens = TokenEndpoint(practice: practice, issuer: issuer)
        let discovery = Discovery(practice: practice, issuer: issuer)
        let login = router.group("\(Self.mount)/login/:tenant")
        login.post("oauth2/v2.0/token") { request, context in
            guard Self.isOurs(context) else { return Self.unknownTenant }
            return await tokens.answer(request, .entra(base: practice.baseURL), from: context)
        }
        login.get("v2.0/.well-known/openid-configuration") { _, context in
            guard Self.isOurs(context) else { return Self.unknownTenant }
            let server = TokenServer.entra(base: practice.baseURL)
            return discovery.metadata(server, keys: "\(server.issuer)/keys")
        }
        login.get("v2.0/keys") { _, _ in Reply.json(issuer.keySet) }
    }

    private static func isOurs(_ context: PracticeContext) -> Bool {
        context.parameters.get("tenant") == tenant
    }

    private static var unknownTenant: Response {
        EntraWording.error(
            "invalid_tenant", 90_002,
            "Tenant not found. Check to make sure you have the correct tenant ID and are signing "
                + "into the correct cloud."
        ).response(basicRealm: nil)
    }

    /// One resource's `.default`, and nothing else (AADSTS1002012).
    static func grant(_ asked: String?, _ question: ScopeQuestion) throws(TokenError) -> String {
        guard let asked else {
            throw EntraWording.error(
                "invalid_request", 90_014,
                "The required field 'scope' is missing from the credential.")
        }
        guard asked.hasSuffix("/.default"), !asked.contains(" ") else {
            throw EntraWording.error(
                "invalid_scope", 1_002_012,
                "The provided value for scope \(asked) is not valid. Client credential flows must "
                    + "have a scope value with /.default suffixed to the resource identifier.")
        }
        return asked
    }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.add(
            id: RandomText.uuid(), value: value ?? EntraSecret.value(), label: "first",
            expires: state.now + EntraSecret.usualLife, at: state.now, under: state.settings)
    }

    static var unknownPage: Response {
        EntraError(.badRequest, "BadRequest", "Resource not found for the segment.").response
    }

    /// Graph's own example has a fraction.
    static func tooManyRequests(wait: Int, at now: Milliseconds) -> Response {
        var response = EntraError(
            .tooManyRequests, "TooManyRequests", "Too many requests. Please try again later."
        ).response
        response.headers[.retryAfter] = "\(wait).128"
        return response
    }

    static var limitReached: Response? { EntraError.tooManySecrets.response }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "ENTRA_URL=\(base)\(mount)/graph",
            "ENTRA_AUTHORITY=\(base)\(mount)/login",
            "ENTRA_TENANT=\(tenant)",
            "ENTRA_ADMIN_CLIENT_ID=\(credentials.adminClientID)",
            "ENTRA_ADMIN_CLIENT_SECRET=\(credentials.adminSecret)",
        ]
    }
}
