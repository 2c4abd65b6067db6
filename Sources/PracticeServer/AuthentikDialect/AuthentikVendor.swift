import HTTPTypes
import Hummingbird

/// authentik: one secret for each provider, shown to who may see the provider.
///
/// From `authentik/providers/oauth2` of goauthentik/authentik, its tests and its API reference.
struct AuthentikVendor: Vendor {
    static let dialect = Dialect.authentik
    static let wording: TokenWording = {
        let refusal = TokenError("invalid_client", Self.failed)
        return TokenWording(
            missingGrant: TokenError("unsupported_grant_type", Self.unsupported),
            unsupportedGrant: TokenError("unsupported_grant_type", Self.unsupported),
            noClient: refusal, noSecret: refusal, unknownClient: refusal,
            badSecret: TokenError("wrong_secret", ""), wrongMethod: refusal)
    }()
    private static let failed =
        "Client authentication failed (e.g., unknown client, no client authentication "
        + "included, or unsupported authentication method)"
    private static let unsupported =
        "The authorization grant type is not supported by the authorization server"
    private static let invalidGrant = TokenError(
        "invalid_grant",
        "The provided authorization grant or refresh token is invalid, expired, revoked, "
            + "does not match the redirection URI used in the authorization request, "
            + "or was issued to another client")

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        AuthentikProviders(practice: practice).add(to: router)
        let tokens = TokenEndpoint(practice: practice, issuer: issuer)
        let discovery = Discovery(practice: practice, issuer: issuer)
        let (practice, keySet) = (practice, issuer.keySet)
        let place = "\(Self.mount)/application/o"
        router.post(RouterPath("\(place)/token")) { request, context in
            guard request.uri.path.hasSuffix("/") else { return Self.unknownPage }
            return await tokens.answer(request, Self.server(base: practice.baseURL), from: context)
        }
        router.get(RouterPath("\(place)/:slug/.well-known/openid-configuration")) { _, context in
            let slug = context.parameters.get("slug") ?? ""
            guard practice.withState({ $0.client(slug, in: .only(.authentik)) }) != nil else {
                return Self.unknownPage
            }
            return discovery.metadata(
                Self.server(base: practice.baseURL, slug),
                keys: "\(practice.baseURL)\(place)/\(slug)/jwks/")
        }
        router.get(RouterPath("\(place)/:slug/jwks")) { _, _ in Reply.json(keySet) }
    }

    /// Each application has an issuer of its own.
    private static func server(base: String, _ slug: String = "token") -> TokenServer {
        let place = "\(base)\(mount)/application/o"
        return TokenServer(
            kind: .plain, realm: .only(.authentik), issuer: "\(place)/\(slug)/",
            endpoint: "\(place)/token/")
    }

    static func serves(_ grant: String, _ form: FormParameters, under settings: PracticeSettings)
        throws(TokenError) -> Bool
    {
        ["client_credentials", "authorization_code"].contains(grant)
    }

    /// Of the scopes that are asked for, those that the provider has; and a policy may deny all.
    static func grant(_ asked: String?, _ question: ScopeQuestion) throws(TokenError) -> String {
        guard !question.client.grants.contains("denied") else { throw invalidGrant }
        return (asked ?? "").split(separator: " ").map(String.init)
            .filter(question.client.scopes.contains).joined(separator: " ")
    }

    /// A wrong secret is a client's failure only where there is another grant.
    static func worded(_ error: TokenError, for grant: String) -> TokenError {
        guard error.error == wording.badSecret.error else { return error }
        return grant == "client_credentials" ? invalidGrant : wording.unknownClient
    }

    static func newInternalID() -> String { "\(Int.random(in: 1...999_999))" }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.replace(
            with: value ?? RandomText.alphanumeric(128), at: state.now, under: state.settings)
    }

    static var unknownPage: Response { Reply.text("Not Found\n", status: .notFound) }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "AUTHENTIK_URL=\(base)\(mount)",
            "AUTHENTIK_TOKEN=\(credentials.adminToken)",
            "AUTHENTIK_USER_TOKEN=\(credentials.leastToken)",
        ]
    }
}
