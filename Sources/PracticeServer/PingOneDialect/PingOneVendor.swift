import HTTPTypes
import Hummingbird

/// PingOne: the secret in force and one before it, both shown, the second until a set moment.
///
/// From `application-secret.openapi.json` of the PingOne Platform API. Platform and login are two
/// hosts there, and two places here.
struct PingOneVendor: Vendor {
    static let dialect = Dialect.pingone
    static let wording: TokenWording = {
        let refusal = TokenError(
            "invalid_client", "Request denied: Invalid client credentials", status: .unauthorized)
        return TokenWording(
            missingGrant: TokenError("invalid_request", "Missing required parameter: grant_type"),
            unsupportedGrant: TokenError(
                "unsupported_grant_type", "Unsupported grant type"),
            noClient: refusal, noSecret: refusal, unknownClient: refusal, badSecret: refusal,
            wrongMethod: TokenError(
                "invalid_client", "Request denied: Unsupported authentication method",
                status: .unauthorized))
    }()
    /// The one environment that is practised.
    static let environment = "5d0c2f0e-3b0f-4f5c-9a55-7a0e5b7f4a10"

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        PingOnePlatform(practice: practice, issuer: issuer).add(to: router)
        add(
            Self.server, to: router, token: "auth/\(Self.environment)/as/token",
            metadata: "auth/\(Self.environment)/as/.well-known/openid-configuration",
            keys: "auth/\(Self.environment)/as/jwks")
    }

    static func server(base: String) -> TokenServer {
        let issuer = "\(base)\(mount)/auth/\(environment)/as"
        return TokenServer(
            kind: .plain, realm: .only(.pingone), issuer: issuer, endpoint: "\(issuer)/token")
    }

    /// An application takes the one method that it is set to.
    static func accepts(_ method: AuthMethod, of client: PracticeClient) -> Bool {
        method == client.authMethod
    }

    /// Of the characters that PingOne takes: letters, digits, `-`, `.`, `_` and `~`.
    static func value() -> String { RandomText.alphanumeric(60) + "-._~" }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.add(
            id: RandomText.uuid(), value: value ?? Self.value(), at: state.now,
            under: state.settings)
    }

    static var unknownPage: Response { PingOneError.notFound.response }

    /// PingOne promises no `Retry-After`.
    static func tooManyRequests(wait: Int, at now: Milliseconds) -> Response {
        PingOneError(
            .tooManyRequests, "REQUEST_LIMITED", "The request limit has been exceeded."
        ).response
    }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "PINGONE_URL=\(base)\(mount)/api",
            "PINGONE_AUTH=\(base)\(mount)/auth",
            "PINGONE_ENVIRONMENT=\(environment)",
            "PINGONE_ADMIN_CLIENT_ID=\(credentials.adminClientID)",
            "PINGONE_ADMIN_CLIENT_SECRET=\(credentials.adminSecret)",
        ]
    }
}
