import HTTPTypes
import Hummingbird

/// Amazon Cognito: at most two secrets, of which only id and date are shown; requests are signed.
///
/// From botocore's `cognito-idp` model. The API, the pool's domain and the Security Token Service
/// are three hosts there, and one place here.
struct CognitoVendor: Vendor {
    static let dialect = Dialect.cognito
    /// Its token endpoint says little, and 400 where others say 401.
    static let wording: TokenWording = {
        let refusal = TokenError("invalid_client", "")
        return TokenWording(
            repeated: { _ in TokenError("invalid_request", "") },
            malformed: TokenError("invalid_request", ""),
            missingGrant: TokenError("invalid_request", ""),
            unsupportedGrant: TokenError("unsupported_grant_type", ""),
            severalMethods: TokenError("invalid_request", ""), noClient: refusal,
            noSecret: refusal, unknownClient: refusal, badSecret: refusal, wrongMethod: refusal,
            badAssertion: { _ in refusal },
            unknownScopes: { _ in TokenError("invalid_scope", "") })
    }()
    static let region = "eu-west-1"
    /// The one user pool that is practised.
    static let userPool = "eu-west-1_Practice1"
    /// An access key that may only list.
    static let reader = "practice-reader"

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        CognitoAdmin(practice: practice).add(to: router)
        CognitoRole(practice: practice, issuer: issuer).add(to: router)
        let tokens = TokenEndpoint(practice: practice, issuer: issuer)
        let discovery = Discovery(practice: practice, issuer: issuer)
        router.post("\(Self.mount)/oauth2/token") { request, context in
            await tokens.answer(request, Self.server(base: practice.baseURL), from: context)
        }
        let pool = router.group("\(Self.mount)/:pool/.well-known")
        pool.get("openid-configuration") { _, context in
            guard context.parameters.get("pool") == Self.userPool else { return Self.unknownPage }
            let server = Self.server(base: practice.baseURL)
            return discovery.metadata(server, keys: "\(server.issuer)/.well-known/jwks.json")
        }
        pool.get("jwks.json") { _, _ in Reply.json(issuer.keySet) }
    }

    static func server(base: String) -> TokenServer {
        TokenServer(
            kind: .plain, realm: .only(.cognito), issuer: "\(base)\(mount)/\(userPool)",
            endpoint: "\(base)\(mount)/oauth2/token")
    }

    static func newInternalID() -> String { RandomText.alphanumeric(26).lowercased() }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.add(
            id: CognitoSecretRules.newID(in: client, at: state.now),
            value: value ?? CognitoSecretRules.newValue(), at: state.now, under: state.settings)
    }

    static var unknownPage: Response { AWSError.unknownOperation.response }

    /// Without a word of how long.
    static func tooManyRequests(wait: Int, at now: Milliseconds) -> Response {
        AWSError.rateLimited.response
    }

    static var limitReached: Response? { AWSError.tooManySecrets.response }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "COGNITO_URL=\(base)\(mount)",
            "COGNITO_DOMAIN=\(base)\(mount)",
            "COGNITO_USER_POOL=\(userPool)",
            "COGNITO_STS_URL=\(base)\(mount)/sts",
            "COGNITO_ROLE_ARN=\(CognitoRole.arn)",
            "COGNITO_ACCESS_KEY_ID=\(credentials.adminClientID)",
            "COGNITO_SECRET_ACCESS_KEY=\(credentials.adminSecret)",
        ]
    }
}
