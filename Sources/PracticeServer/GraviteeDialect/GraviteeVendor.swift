import HTTPTypes
import Hummingbird

/// Gravitee Access Management: a list of secrets that the server makes, named by whoever asked for
/// them.
///
/// From `docs/mapi/openapi.yaml` of gravitee-io/gravitee-access-management and the rules of its
/// `ApplicationSecretServiceImpl`. Management and gateway are two hosts there, and two places here.
struct GraviteeVendor: Vendor {
    static let dialect = Dialect.gravitee
    static let wording: TokenWording = {
        let refusal = TokenError(
            "invalid_client", "Client authentication failed due to unknown or invalid client",
            status: .unauthorized)
        let method = TokenError(
            "invalid_client", "Invalid client: missing or unsupported authentication method",
            status: .unauthorized)
        return TokenWording(
            missingGrant: TokenError("invalid_request", "Missing parameter: grant_type"),
            unsupportedGrant: TokenError("unsupported_grant_type", "Unsupported grant type"),
            noClient: method, noSecret: method, unknownClient: refusal, badSecret: refusal,
            wrongMethod: method)
    }()
    /// The one domain that is practised.
    static let domain = "5f1c7d0e-4b8a-4c3d-9c7d-0e4b8a1c3d42"

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let admin = GraviteeAdmin(practice: practice)
        admin.add(to: router)
        GraviteeAudits(admin: admin).add(to: router)
        add(
            Self.server, to: router, token: "gateway/practice/oauth/token",
            metadata: "gateway/practice/oidc/.well-known/openid-configuration",
            keys: "gateway/practice/oidc/.well-known/jwks.json")
    }

    static func gateway(base: String) -> String { "\(base)\(mount)/gateway/practice" }

    static func server(base: String) -> TokenServer {
        TokenServer(
            kind: .plain, realm: .only(.gravitee), issuer: "\(gateway(base: base))/oidc",
            endpoint: "\(gateway(base: base))/oauth/token")
    }

    /// The one method that the application is set to.
    static func accepts(_ method: AuthMethod, of client: PracticeClient) -> Bool {
        method == client.authMethod
    }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        let life = state.settings.graviteeSecretLifeMs
        client.add(
            id: RandomText.uuid(), value: value ?? GraviteeSecret.value(), label: "Default",
            expires: life > 0 ? state.now + life : nil, at: state.now, under: state.settings)
    }

    static var unknownPage: Response {
        GraviteeError(.notFound, "HTTP 404 Not Found").response
    }

    static var limitReached: Response? { GraviteeError.tooManySecrets.response }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "GRAVITEE_URL=\(base)\(mount)/management",
            "GRAVITEE_GATEWAY=\(gateway(base: base))",
            "GRAVITEE_DOMAIN=\(domain)",
            "GRAVITEE_TOKEN=\(credentials.adminToken)",
            "GRAVITEE_LEAST_TOKEN=\(credentials.leastToken)",
        ]
    }
}
