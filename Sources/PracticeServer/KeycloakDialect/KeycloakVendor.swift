import Hummingbird

/// Keycloak: realms, and two slots where a policy says so.
struct KeycloakVendor: Vendor {
    static let dialect = Dialect.keycloak
    static let wording = TokenWording.keycloak

    let practice: Practice
    let issuer: TokenIssuer

    static func owns(_ path: String) -> Bool {
        path.hasPrefix("/realms/") || path.hasPrefix("/admin/")
    }

    func add(to router: Router<PracticeContext>) {
        let admin = KeycloakAdmin(practice: practice, issuer: issuer)
        admin.add(to: router)
        KeycloakRealmAdmin(admin: admin).add(to: router)
        let tokens = TokenEndpoint(practice: practice, issuer: issuer)
        let discovery = Discovery(practice: practice, issuer: issuer)
        router.post("/realms/:realm/protocol/openid-connect/token") { request, context in
            guard let server = server(context) else { return KeycloakError.realmNotFound.response }
            return await tokens.answer(request, server, from: context)
        }
        router.get("/realms/:realm/.well-known/openid-configuration") { _, context in
            guard let server = server(context) else { return KeycloakError.realmNotFound.response }
            return discovery.metadata(
                server, keys: "\(server.issuer)/protocol/openid-connect/certs")
        }
        router.get("/realms/:realm/protocol/openid-connect/certs") { _, context in
            server(context) == nil
                ? KeycloakError.realmNotFound.response : Reply.json(issuer.keySet)
        }
    }

    private func server(_ context: PracticeContext) -> TokenServer? {
        let realm = context.parameters.get("realm") ?? ""
        guard practice.withState({ $0.realms[.keycloak(realm)] != nil }) else { return nil }
        return .keycloak(realm, base: practice.baseURL)
    }

    /// Keycloak adds its default client scopes to what was asked for.
    static func grant(_ asked: String?, _ question: ScopeQuestion) throws(TokenError) -> String {
        let defaults = "email profile"
        guard let asked else { return defaults }
        let known = question.client.scopes.union(["email", "profile"])
        return try question.all(of: asked, in: known) + " " + defaults
    }

    static func complete(_ claims: inout AccessToken, of client: PracticeClient) {
        claims.azp = client.clientID
        claims.typ = "Bearer"
    }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        let policies = state.realms[realm]?.policies ?? KeycloakPolicies()
        KeycloakRotation(
            policy: policies.rotation(for: client), settings: state.settings, now: state.now
        ).register(value, in: &client)
    }

    static var unknownPage: Response {
        Reply.json(
            ["error": "Unable to find matching target resource method"], status: .notFound)
    }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "KEYCLOAK_REALM=practice",
            "KEYCLOAK_ISSUER=\(base)/realms/practice",
            "KEYCLOAK_TOKEN_URL=\(base)/realms/practice/protocol/openid-connect/token",
            "KEYCLOAK_ADMIN_CLIENT_ID=\(credentials.keycloakAdminClientID)",
            "KEYCLOAK_ADMIN_CLIENT_SECRET=\(credentials.keycloakAdminSecret)",
        ]
    }
}
