import Hummingbird

/// Salesforce's external client apps: a key and secret in force, and one set that is staged.
///
/// From the OAuth Credentials Resources of the Connect REST API Developer Guide. A set is a client
/// here, since its key is the `client_id`; the app that a client is made with has its internal id.
struct SalesforceVendor: Vendor {
    static let dialect = Dialect.salesforce
    static let wording: TokenWording = {
        let refusal = TokenError("invalid_client", "invalid client credentials")
        return TokenWording(
            missingGrant: TokenError("unsupported_grant_type", "grant type not supported"),
            unsupportedGrant: TokenError("unsupported_grant_type", "grant type not supported"),
            noClient: TokenError("invalid_client_id", "client identifier invalid"),
            noSecret: refusal,
            unknownClient: TokenError("invalid_client_id", "client identifier invalid"),
            badSecret: refusal, wrongMethod: refusal)
    }()

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        SalesforceCredentials(practice: practice, issuer: issuer).add(to: router)
        add(
            Self.server, to: router, token: "services/oauth2/token",
            metadata: ".well-known/openid-configuration", keys: "id/keys")
    }

    static func server(base: String) -> TokenServer {
        let issuer = "\(base)\(mount)"
        return TokenServer(
            kind: .plain, realm: .only(.salesforce), issuer: issuer,
            endpoint: "\(issuer)/services/oauth2/token")
    }

    static func newInternalID() -> String { "0x1" + RandomText.alphanumeric(15) }
    static func newKey() -> String { "3MVG9" + RandomText.alphanumeric(80) }
    static func value() -> String { RandomText.alphanumeric(64) }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.add(
            id: RandomText.uuid(), value: value ?? Self.value(), at: state.now,
            under: state.settings)
    }

    static var unknownPage: Response { SalesforceError.notFound.response }
    static var limitReached: Response? { SalesforceError.staged.response }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "SALESFORCE_URL=\(base)\(mount)",
            "SALESFORCE_ADMIN_CLIENT_ID=\(credentials.adminClientID)",
            "SALESFORCE_ADMIN_CLIENT_SECRET=\(credentials.adminSecret)",
        ]
    }
}
