/// Whose admin API and whose errors a client's server speaks.
enum Dialect: String, Sendable, Hashable, Codable, CaseIterable {
    case okta
    case oktaAPIService = "okta-api-service"
    case keycloak
    case entra
    case logto
    case uaa
    case hydra
    case gravitee
    case google
    case cognito
    case pingone
    case pingfederate
    case salesforce
    case wso2
    case auth0
    case gitlab
    case authentik
    case zitadel
    case authlete
    case buntubi
    case glewlwyd
    case lemonldap
    case rfc7592
}

/// A realm's name within its dialect; all but Keycloak have one, which is named as the dialect is.
struct RealmID: Sendable, Hashable {
    let dialect: Dialect
    let name: String

    static let oktaOrg = RealmID.only(.okta)
    static func keycloak(_ name: String) -> RealmID { RealmID(dialect: .keycloak, name: name) }
    static func only(_ dialect: Dialect) -> RealmID {
        RealmID(dialect: dialect, name: dialect.rawValue)
    }
}

/// How a client proves who it is at the token endpoint (RFC 7591 §2, RFC 7523).
enum AuthMethod: String, Sendable, Hashable, Codable {
    case basic = "client_secret_basic"
    case post = "client_secret_post"
    case secretJWT = "client_secret_jwt"
    case privateKeyJWT = "private_key_jwt"
}
