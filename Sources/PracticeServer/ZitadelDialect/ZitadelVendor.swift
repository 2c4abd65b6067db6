import HTTPTypes
import Hummingbird

/// Zitadel: one secret for each machine user, made by the server and kept as a hash.
///
/// From `proto/zitadel/user/v2` and `internal/api/oidc` of zitadel/zitadel.
struct ZitadelVendor: Vendor {
    static let dialect = Dialect.zitadel
    static let wording: TokenWording = {
        let unknown = TokenError("invalid_client", "client not found", status: .unauthorized)
        return TokenWording(
            missingGrant: TokenError("invalid_request", "grant_type missing"),
            unsupportedGrant: TokenError(
                "unsupported_grant_type", "grant_type not supported"),
            noClient: unknown, noSecret: unknown, unknownClient: unknown,
            badSecret: TokenError("invalid_request", "Errors.User.Machine.Secret.Invalid"),
            wrongMethod: unknown)
    }()

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        ZitadelUsers(practice: practice).add(to: router)
        add(
            Self.server, to: router, token: "oauth/v2/token",
            metadata: ".well-known/openid-configuration", keys: "oauth/v2/keys")
    }

    static func server(base: String) -> TokenServer {
        let address = "\(base)\(mount)"
        return TokenServer(
            kind: .plain, realm: .only(.zitadel), issuer: address,
            endpoint: "\(address)/oauth/v2/token")
    }

    /// The scopes that are known, and nothing of the rest; without any there is no token here.
    static func grant(_ asked: String?, _ question: ScopeQuestion) throws(TokenError) -> String {
        guard let asked else {
            throw TokenError("invalid_request", "The scope of your request is missing.")
        }
        let known = question.client.scopes.union(["openid", "profile", "email"])
        return asked.split(separator: " ").map(String.init).filter(known.contains)
            .joined(separator: " ")
    }

    static func newInternalID() -> String {
        "\(Int.random(in: 100_000_000_000_000_000...399_999_999_999_999_999))"
    }
    static func value() -> String { RandomText.alphanumeric(64) }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.replace(with: value ?? Self.value(), at: state.now, under: state.settings)
    }

    static var unknownPage: Response { ZitadelError.notFound("Not Found").response }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "ZITADEL_URL=\(base)\(mount)",
            "ZITADEL_TOKEN=\(credentials.adminToken)",
            "ZITADEL_USER_TOKEN=\(credentials.leastToken)",
        ]
    }
}
