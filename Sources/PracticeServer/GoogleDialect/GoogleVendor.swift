import HTTPTypes
import Hummingbird

/// OAuth clients of Google IAM: a list of credentials that the server makes, each with an id that
/// the caller chooses, disabled before they are deleted.
///
/// From IAM's discovery document `iam.v1`. IAM, the login and the Security Token Service are three
/// hosts there, and three places here.
struct GoogleVendor: Vendor {
    static let dialect = Dialect.google
    /// The reference says nothing of how the Security Token Service words its refusals.
    static let wording: TokenWording = {
        let refusal = TokenError(
            "invalid_client", "The OAuth client was not found, or its secret is invalid.",
            status: .unauthorized)
        return TokenWording(
            unsupportedGrant: TokenError("unsupported_grant_type", "Invalid grant type."),
            noClient: refusal, noSecret: refusal, unknownClient: refusal, badSecret: refusal,
            wrongMethod: refusal)
    }()
    /// The one project that is practised.
    static let project = "practice-project"
    static let redirectURI = "https://app.example.com/callback"
    static let scope = "https://www.googleapis.com/auth/cloud-platform"
    static let role = "roles/iam.oauthClientAdmin"

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        GoogleIAM(practice: practice, issuer: issuer).add(to: router)
        let login = GoogleLogin(practice: practice, issuer: issuer)
        router.post("\(Self.mount)/login/token") { request, _ in await login.answer(request) }
        let tokens = TokenEndpoint(practice: practice, issuer: issuer)
        router.post("\(Self.mount)/sts/v1/oauthtoken") { request, context in
            await tokens.answer(request, Self.server(base: practice.baseURL), from: context)
        }
    }

    /// Who issues the tokens of service accounts.
    static func login(base: String) -> String { "\(base)\(mount)/login" }

    static func server(base: String) -> TokenServer {
        let issuer = "\(base)\(mount)/sts"
        return TokenServer(
            kind: .plain, realm: .only(.google), issuer: issuer,
            endpoint: "\(issuer)/v1/oauthtoken")
    }

    /// Codes of people, and no grant for the client itself.
    static func serves(_ grant: String, _ form: FormParameters, under settings: PracticeSettings)
        throws(TokenError) -> Bool
    {
        switch grant {
        case "authorization_code":
            guard form["code"] != nil, form["redirect_uri"] != nil else {
                throw TokenError("invalid_request", "A required parameter is missing.")
            }
            return true
        case "client_credentials": return settings.googleClientCredentials
        default: return false
        }
    }

    static func newInternalID() -> String { "client-" + RandomText.alphanumeric(16).lowercased() }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.add(
            id: "first", value: value ?? GoogleCredential.value(), at: state.now,
            under: state.settings)
    }

    static var unknownPage: Response { GoogleError.notFound.response }

    /// Google says why, and not for how long.
    static func tooManyRequests(wait: Int, at now: Milliseconds) -> Response {
        GoogleError.rateLimited.response
    }

    static var limitReached: Response? { GoogleError.tooMany.response }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "GOOGLE_URL=\(base)\(mount)/iam",
            "GOOGLE_PROJECT=\(project)",
            "GOOGLE_REDIRECT_URI=\(redirectURI)",
            "GOOGLE_TOKEN_ENDPOINT=\(server(base: base).endpoint)",
            "GOOGLE_LOGIN_TOKEN_URL=\(login(base: base))/token",
            "GOOGLE_ADMIN_TOKEN=\(credentials.adminToken)",
        ]
    }
}
