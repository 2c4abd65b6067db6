import HTTPTypes
import Hummingbird

/// What one vendor's authorization server does in its own way: a folder, and a line in
/// ``Dialect/vendor``.
///
/// What they have in common, clients with secrets, faults, token endpoints and the log, is the
/// core's. A vendor is never kinder than the real one.
protocol Vendor: Sendable {
    static var dialect: Dialect { get }
    /// How its token endpoint words what it refuses.
    static var wording: TokenWording { get }
    /// Whether a path is one of its own.
    static func owns(_ path: String) -> Bool

    var practice: Practice { get }
    var issuer: TokenIssuer { get }
    init(practice: Practice, issuer: TokenIssuer)
    /// Its admin calls, token endpoints and metadata.
    func add(to router: Router<PracticeContext>)

    /// Whether a client of its own may present its secret so.
    static func accepts(_ method: AuthMethod, of client: PracticeClient) -> Bool
    /// Whether its token endpoint knows a grant; throws where the request lacks what it needs.
    static func serves(_ grant: String, _ form: FormParameters, under settings: PracticeSettings)
        throws(TokenError) -> Bool
    /// What is said where a client isn't taken, if that depends on the grant.
    static func worded(_ error: TokenError, for grant: String) -> TokenError
    /// The scope of a token, for the one that was asked for.
    static func grant(_ asked: String?, _ question: ScopeQuestion) throws(TokenError) -> String
    /// Whether it reads an `Authorization: Basic` header as RFC 6749 §2.3.1 has it.
    static func understands(basic header: String) -> Bool
    /// How a refusal of its token endpoint is sent; the realm is nil unless the client tried Basic.
    static func response(to error: TokenError, basicRealm: String?) -> Response
    /// Puts the vendor's own claims into an access token.
    static func complete(_ claims: inout AccessToken, of client: PracticeClient)
    /// The id that admin calls name a new client by.
    static func newInternalID() -> String
    /// Gives a new client its first secret; one that is made here where `value` is nil.
    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID,
        _ state: PracticeState)
    /// What is said of a page that there isn't.
    static var unknownPage: Response { get }
    /// What is said to who asks too often.
    static func tooManyRequests(wait: Int, at now: Milliseconds) -> Response
    /// What is said to who makes one secret too many; nil where there is no limit.
    static var limitReached: Response? { get }
    /// Addresses and credentials that are announced at the start, as `NAME=value`.
    static func variables(base: String, _ credentials: PracticeCredentials) -> [String]
}

/// What decides about a scope.
struct ScopeQuestion: Sendable {
    let server: TokenServer
    let client: PracticeClient
    let method: AuthMethod
    let settings: PracticeSettings

    /// What was asked for, where all of it is known.
    func all(of asked: String, in known: Set<String>) throws(TokenError) -> String {
        let words = asked.split(separator: " ").map(String.init)
        guard !words.isEmpty, known.isSuperset(of: words) else {
            throw server.wording.unknownScopes(asked)
        }
        return asked
    }
}

extension Dialect {
    /// Every vendor that is practised here.
    var vendor: any Vendor.Type {
        switch self {
        case .okta: OktaVendor.self
        case .oktaAPIService: OktaAPIServiceVendor.self
        case .keycloak: KeycloakVendor.self
        case .entra: EntraVendor.self
        case .logto: LogtoVendor.self
        case .uaa: UAAVendor.self
        case .hydra: HydraVendor.self
        case .gravitee: GraviteeVendor.self
        case .google: GoogleVendor.self
        case .cognito: CognitoVendor.self
        case .pingone: PingOneVendor.self
        case .pingfederate: PingFederateVendor.self
        case .salesforce: SalesforceVendor.self
        case .wso2: WSO2Vendor.self
        case .auth0: Auth0Vendor.self
        case .gitlab: GitLabVendor.self
        case .authentik: AuthentikVendor.self
        case .zitadel: ZitadelVendor.self
        case .authlete: AuthleteVendor.self
        case .buntubi: BuntubiVendor.self
        case .glewlwyd: GlewlwydVendor.self
        case .lemonldap: LemonLDAPVendor.self
        case .rfc7592: RFC7592Vendor.self
        }
    }

    /// Whose path it is; nil for the control API's.
    static func owner(of path: String) -> Dialect? {
        allCases.first { $0.vendor.owns(path) }
    }
}

/// What most vendors do.
extension Vendor {
    /// Most have paths that others have too, and so a place of their own here.
    static var mount: String { "/\(dialect.rawValue)" }
    static func owns(_ path: String) -> Bool { path.hasPrefix("\(mount)/") }
    static func accepts(_ method: AuthMethod, of client: PracticeClient) -> Bool {
        client.authMethod == .basic || client.authMethod == .post
    }
    static func serves(_ grant: String, _ form: FormParameters, under settings: PracticeSettings)
        throws(TokenError) -> Bool
    {
        grant == "client_credentials"
    }
    static func grant(_ asked: String?, _ question: ScopeQuestion) throws(TokenError) -> String {
        guard let asked else { return question.client.scopes.sorted().joined(separator: " ") }
        return try question.all(of: asked, in: question.client.scopes)
    }
    static func worded(_ error: TokenError, for grant: String) -> TokenError { error }
    static func understands(basic header: String) -> Bool { true }
    static func response(to error: TokenError, basicRealm: String?) -> Response {
        error.response(basicRealm: basicRealm)
    }
    static func complete(_ claims: inout AccessToken, of client: PracticeClient) {}
    static func newInternalID() -> String { RandomText.uuid() }
    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.add(
            id: RandomText.uuid(), value: value ?? RandomText.alphanumeric(40), at: state.now,
            under: state.settings)
    }
    static var unknownPage: Response { Reply.json(["error": "no such page"], status: .notFound) }
    /// Where a vendor limits nothing itself, this is the proxy in front of it.
    static func tooManyRequests(wait: Int, at now: Milliseconds) -> Response {
        var response = Reply.text("429 Too Many Requests\n", status: .tooManyRequests)
        response.headers[.retryAfter] = "\(wait)"
        return response
    }
    static var limitReached: Response? { nil }

    /// The token endpoint, the metadata and the keys of a vendor's only server, at these paths
    /// below its mount.
    func add(
        _ server: @escaping @Sendable (_ base: String) -> TokenServer,
        to router: Router<PracticeContext>, token: String, metadata: String, keys: String
    ) {
        let (practice, issuer) = (practice, issuer)
        let tokens = TokenEndpoint(practice: practice, issuer: issuer)
        let discovery = Discovery(practice: practice, issuer: issuer)
        router.post(RouterPath("\(Self.mount)/\(token)")) { request, context in
            await tokens.answer(request, server(practice.baseURL), from: context)
        }
        router.get(RouterPath("\(Self.mount)/\(metadata)")) { _, _ in
            discovery.metadata(
                server(practice.baseURL), keys: "\(practice.baseURL)\(Self.mount)/\(keys)")
        }
        router.get(RouterPath("\(Self.mount)/\(keys)")) { _, _ in Reply.json(issuer.keySet) }
    }
}
