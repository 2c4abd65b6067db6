import Hummingbird

/// buntubi: any number of secrets that the server makes, of which a new one ends all others.
///
/// From the sources of buntubi 0.9.0 (`web/developer.py`, `services/credentials.py`), its
/// `/openapi.json`, and what a running one answered.
struct BuntubiVendor: Vendor {
    static let dialect = Dialect.buntubi
    static let wording: TokenWording = {
        let refusal = TokenError(
            "invalid_client",
            "The client cannot authenticate with methods: "
                + "['client_secret_basic', 'client_secret_post']",
            status: .unauthorized)
        let grant = TokenError("unsupported_grant_type", "")
        return TokenWording(
            malformed: grant, missingGrant: grant, unsupportedGrant: grant, noClient: refusal,
            noSecret: refusal,
            unknownClient: TokenError(
                "invalid_client", "The client does not exist on this server.",
                status: .unauthorized),
            badSecret: refusal, wrongMethod: refusal)
    }()
    /// How long the others are good for once a new one is made.
    static let grace: Milliseconds = 24 * 3_600_000

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        BuntubiDeveloper(practice: practice).add(to: router)
        add(
            Self.server, to: router, token: "oauth/token",
            metadata: ".well-known/openid-configuration", keys: ".well-known/jwks.json")
    }

    static func server(base: String) -> TokenServer {
        TokenServer(
            kind: .plain, realm: .only(.buntubi), issuer: "\(base)\(mount)",
            endpoint: "\(base)\(mount)/oauth/token")
    }

    /// Of the scopes that are asked for, those that the app has; nothing is said of the rest.
    static func grant(_ asked: String?, _ question: ScopeQuestion) throws(TokenError) -> String {
        (asked ?? "").split(separator: " ").map(String.init)
            .filter(question.client.scopes.contains).joined(separator: " ")
    }

    /// With characters that a form and Basic must escape, as base64url has them.
    static func value() -> String { "cs_\(RandomText.alphanumeric(41))-_" }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.add(
            id: RandomText.uuid(), value: value ?? Self.value(), at: state.now,
            under: state.settings)
    }

    static var unknownPage: Response {
        Reply.text(
            "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n",
            type: "text/html; charset=utf-8", status: .notFound)
    }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "BUNTUBI_URL=\(base)\(mount)",
            "BUNTUBI_TOKEN=\(credentials.adminToken)",
            "BUNTUBI_LEAST_TOKEN=\(credentials.leastToken)",
        ]
    }
}
