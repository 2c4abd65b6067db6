/// Which scopes a client gets from a server; pure.
struct ScopeRules {
    let server: TokenServer
    let client: PracticeClient
    let method: AuthMethod
    let settings: PracticeSettings

    /// The scope of the token for the one that was asked for.
    func grant(_ asked: String?) throws(TokenError) -> String {
        switch server.kind {
        case .oktaOrg: try org(asked)
        case .oktaDefault: try custom(asked)
        case .keycloak: try keycloak(asked)
        }
    }

    /// Okta gives `okta.*` scopes to `private_key_jwt` clients that were granted them.
    private func org(_ asked: String?) throws(TokenError) -> String {
        guard method == .privateKeyJWT else {
            guard settings.oktaOrgSecretGrants else {
                throw server.wording.unknownScopes(asked ?? "")
            }
            return try custom(asked)
        }
        guard let asked else { throw server.wording.noScope }
        return try all(of: asked, in: client.grants)
    }

    private func custom(_ asked: String?) throws(TokenError) -> String {
        guard let asked else {
            guard !settings.oktaDefaultScope.isEmpty else { throw server.wording.noScope }
            return settings.oktaDefaultScope
        }
        return try all(of: asked, in: client.scopes)
    }

    /// Keycloak adds its default client scopes to what was asked for.
    private func keycloak(_ asked: String?) throws(TokenError) -> String {
        let defaults = "email profile"
        guard let asked else { return defaults }
        let known = client.scopes.union(["email", "profile"])
        return try all(of: asked, in: known) + " " + defaults
    }

    private func all(of asked: String, in known: Set<String>) throws(TokenError) -> String {
        let words = asked.split(separator: " ").map(String.init)
        guard !words.isEmpty, known.isSuperset(of: words) else {
            throw server.wording.unknownScopes(asked)
        }
        return asked
    }
}
