import HTTPTypes
import Hummingbird

/// Logto: any number of secrets that the server makes and shows again, each with a name of its own.
///
/// From `application-secret.openapi.json` of logto-io/logto.
struct LogtoVendor: Vendor {
    static let dialect = Dialect.logto
    /// oidc-provider's words.
    static let wording: TokenWording = {
        let refusal = TokenError(
            "invalid_client", "client authentication failed", status: .unauthorized)
        return TokenWording(
            missingGrant: TokenError(
                "invalid_request", "missing required parameter 'grant_type'"),
            unsupportedGrant: TokenError(
                "unsupported_grant_type", "unsupported grant_type requested"),
            noClient: TokenError(
                "invalid_request", "no client authentication mechanism provided"),
            noSecret: refusal, unknownClient: refusal, badSecret: refusal, wrongMethod: refusal)
    }()
    /// The resource that stands for the management API of the default tenant.
    static let management = "https://default.logto.app/api"

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let admin = LogtoAdmin(practice: practice, issuer: issuer)
        admin.add(to: router)
        LogtoLogs(admin: admin).add(to: router)
        LogtoRoles(admin: admin).add(to: router)
        add(
            Self.server, to: router, token: "oidc/token",
            metadata: "oidc/.well-known/openid-configuration", keys: "oidc/jwks")
    }

    static func server(base: String) -> TokenServer {
        let issuer = "\(base)\(mount)/oidc"
        return TokenServer(
            kind: .plain, realm: .only(.logto), issuer: issuer, endpoint: "\(issuer)/token")
    }

    static func newInternalID() -> String { RandomText.alphanumeric(21) }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.add(
            id: "Default secret", value: value ?? RandomText.alphanumeric(32), at: state.now,
            under: state.settings)
    }

    static var unknownPage: Response {
        LogtoError(.notFound, "entity.not_found", "The resource does not exist.").response
    }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "LOGTO_URL=\(base)\(mount)",
            "LOGTO_ADMIN_CLIENT_ID=\(credentials.adminClientID)",
            "LOGTO_ADMIN_CLIENT_SECRET=\(credentials.adminSecret)",
        ]
    }
}
