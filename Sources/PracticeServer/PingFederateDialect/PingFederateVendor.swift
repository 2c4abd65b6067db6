import Hummingbird

/// PingFederate: a first secret and secondary ones with an end, written as one whole object.
///
/// From `oauth-clients.openapi.json` of its administrative API (12.1). Console and engines are two
/// ports there, and one place here.
struct PingFederateVendor: Vendor {
    static let dialect = Dialect.pingfederate
    static let wording: TokenWording = {
        let refusal = TokenError(
            "invalid_client", "Invalid client or client credentials.", status: .unauthorized)
        return TokenWording(
            missingGrant: TokenError("invalid_request", "grant_type is required"),
            unsupportedGrant: TokenError("unsupported_grant_type", "unsupported grant_type"),
            noClient: refusal, noSecret: refusal, unknownClient: refusal, badSecret: refusal,
            wrongMethod: refusal,
            unknownScopes: { _ in
                TokenError(
                    "invalid_scope",
                    "The requested scope(s) must be blank or a subset of the "
                        + "provided scopes.")
            })
    }()

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        PingFederateAdmin(practice: practice, issuer: issuer).add(to: router)
        add(
            Self.server, to: router, token: "as/token.oauth2",
            metadata: ".well-known/openid-configuration", keys: "pf/JWKS")
    }

    static func server(base: String) -> TokenServer {
        let issuer = "\(base)\(mount)"
        return TokenServer(
            kind: .plain, realm: .only(.pingfederate), issuer: issuer,
            endpoint: "\(issuer)/as/token.oauth2")
    }

    static var unknownPage: Response { PingFederateError.notFound("page").response }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "PINGFEDERATE_URL=\(base)\(mount)",
            "PINGFEDERATE_ISSUER=\(base)\(mount)",
            "PINGFEDERATE_ADMIN_USER=\(credentials.adminClientID)",
            "PINGFEDERATE_ADMIN_PASSWORD=\(credentials.adminSecret)",
        ]
    }
}
