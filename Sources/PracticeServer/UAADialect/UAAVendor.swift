import HTTPTypes
import Hummingbird

/// Cloud Foundry UAA: at most two secrets, which the caller chooses, without ids and never shown.
///
/// From `ClientAdminEndpoints.java` of cloudfoundry/uaa.
struct UAAVendor: Vendor {
    static let dialect = Dialect.uaa
    static let wording: TokenWording = {
        let refusal = TokenError("unauthorized", "Bad credentials", status: .unauthorized)
        return TokenWording(
            missingGrant: TokenError("invalid_request", "Missing grant type"),
            unsupportedGrant: TokenError("unsupported_grant_type", "Unsupported grant type"),
            noClient: refusal, noSecret: refusal, unknownClient: refusal, badSecret: refusal,
            wrongMethod: refusal)
    }()

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        UAAClients(practice: practice, issuer: issuer).add(to: router)
        add(
            Self.server, to: router, token: "oauth/token",
            metadata: ".well-known/openid-configuration", keys: "token_keys")
    }

    /// UAA calls its token endpoint its issuer.
    static func server(base: String) -> TokenServer {
        let endpoint = "\(base)\(mount)/oauth/token"
        return TokenServer(
            kind: .plain, realm: .only(.uaa), issuer: endpoint, endpoint: endpoint)
    }

    static var unknownPage: Response { Reply.empty(.notFound) }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "UAA_URL=\(base)\(mount)",
            "UAA_ADMIN_CLIENT_ID=\(credentials.adminClientID)",
            "UAA_ADMIN_CLIENT_SECRET=\(credentials.adminSecret)",
        ]
    }
}
