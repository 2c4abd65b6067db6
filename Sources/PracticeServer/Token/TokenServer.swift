/// One authorization server behind a token endpoint: whose clients, whose words, which issuer.
struct TokenServer: Sendable {
    enum Kind: Sendable {
        /// Okta's org authorization server: `okta.*` scopes for `private_key_jwt` only.
        case oktaOrg
        /// Okta's custom authorization server `default`.
        case oktaDefault
        /// A vendor's only one, or a realm's.
        case plain
    }

    let kind: Kind
    let realm: RealmID
    let issuer: String
    let endpoint: String

    var wording: TokenWording { realm.dialect.vendor.wording }

    static func oktaOrg(base: String) -> TokenServer {
        TokenServer(
            kind: .oktaOrg, realm: .oktaOrg, issuer: base, endpoint: "\(base)/oauth2/v1/token")
    }

    static func oktaDefault(base: String) -> TokenServer {
        TokenServer(
            kind: .oktaDefault, realm: .oktaOrg, issuer: "\(base)/oauth2/default",
            endpoint: "\(base)/oauth2/default/v1/token")
    }

    static func entra(base: String) -> TokenServer {
        let authority = "\(base)\(EntraVendor.mount)/login/\(EntraVendor.tenant)"
        return TokenServer(
            kind: .plain, realm: .only(.entra), issuer: "\(authority)/v2.0",
            endpoint: "\(authority)/oauth2/v2.0/token")
    }

    static func keycloak(_ realm: String, base: String) -> TokenServer {
        TokenServer(
            kind: .plain, realm: .keycloak(realm), issuer: "\(base)/realms/\(realm)",
            endpoint: "\(base)/realms/\(realm)/protocol/openid-connect/token")
    }
}
