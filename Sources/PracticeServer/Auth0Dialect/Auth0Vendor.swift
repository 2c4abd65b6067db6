import HTTPTypes
import Hummingbird

/// Auth0: one secret for each client, made by the tenant or chosen by the caller.
///
/// From *Rotate Client Secrets* and the Management API's reference. What a chosen secret may be
/// isn't documented; letters, digits, `-` and `_` are taken here, 16 to 128 of them.
struct Auth0Vendor: Vendor {
    static let dialect = Dialect.auth0
    static let wording: TokenWording = {
        let refusal = TokenError("access_denied", "Unauthorized", status: .unauthorized)
        return TokenWording(
            missingGrant: TokenError("invalid_request", "Missing required parameter: grant_type"),
            unsupportedGrant: TokenError(
                "unsupported_grant_type", "Unsupported grant type", status: .forbidden),
            noClient: refusal, noSecret: refusal, unknownClient: refusal, badSecret: refusal,
            wrongMethod: refusal,
            unknownScopes: { scope in
                TokenError(
                    "access_denied", "Client has not been granted scopes: \(scope)",
                    status: .forbidden)
            })
    }()
    /// The identifier of the one API that is practised, besides the Management API.
    static let api = "https://api.practice.example"

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        Auth0Clients(practice: practice, issuer: issuer).add(to: router)
        Auth0Logs(practice: practice, issuer: issuer).add(to: router)
        Auth0ClientGrants(practice: practice, issuer: issuer).add(to: router)
        add(
            Self.server, to: router, token: "oauth/token",
            metadata: ".well-known/openid-configuration", keys: ".well-known/jwks.json")
    }

    static func server(base: String) -> TokenServer {
        let address = "\(base)\(mount)"
        return TokenServer(
            kind: .plain, realm: .only(.auth0), issuer: "\(address)/",
            endpoint: "\(address)/oauth/token")
    }

    /// The one method that the client is set to.
    static func accepts(_ method: AuthMethod, of client: PracticeClient) -> Bool {
        method == client.authMethod
    }

    /// A tenant has a default audience here; what is named must be known.
    static func serves(_ grant: String, _ form: FormParameters, under settings: PracticeSettings)
        throws(TokenError) -> Bool
    {
        if let audience = form["audience"], audience != api, !audience.hasSuffix("/api/v2/") {
            throw TokenError(
                "access_denied", "Service not found: \(audience)", status: .forbidden)
        }
        return grant == "client_credentials"
    }

    static func newInternalID() -> String { RandomText.alphanumeric(32) }
    static func value() -> String { RandomText.alphanumeric(62) + "-_" }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.replace(with: value ?? Self.value(), at: state.now, under: state.settings)
    }

    static var unknownPage: Response { Auth0Error.notFound("page").response }

    static func tooManyRequests(wait: Int, at now: Milliseconds) -> Response {
        var response = Auth0Error.tooMany.response
        let fields = [
            ("X-RateLimit-Limit", 10), ("X-RateLimit-Remaining", 0),
            ("X-RateLimit-Reset", now.seconds + Int64(wait)),
        ]
        for (name, value) in fields {
            if let name = HTTPField.Name(name) { response.headers[name] = "\(value)" }
        }
        return response
    }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "AUTH0_URL=\(base)\(mount)",
            "AUTH0_AUDIENCE=\(api)",
            "AUTH0_ADMIN_CLIENT_ID=\(credentials.adminClientID)",
            "AUTH0_ADMIN_CLIENT_SECRET=\(credentials.adminSecret)",
        ]
    }
}
