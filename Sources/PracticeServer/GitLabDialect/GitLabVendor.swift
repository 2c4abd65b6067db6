import HTTPTypes
import Hummingbird

/// GitLab: one secret for each instance-wide application, made by the server and kept as a hash.
///
/// From `lib/api/applications.rb` of gitlab-org/gitlab and the errors of Doorkeeper.
struct GitLabVendor: Vendor {
    static let dialect = Dialect.gitlab
    static let wording: TokenWording = {
        let refusal = TokenError(
            "invalid_client",
            "Client authentication failed due to unknown client, no client authentication "
                + "included, or unsupported authentication method.", status: .unauthorized)
        return TokenWording(
            missingGrant: TokenError("invalid_request", "Missing required parameter: grant_type."),
            unsupportedGrant: TokenError(
                "unsupported_grant_type",
                "The authorization grant type is not supported by the authorization server."),
            noClient: refusal, noSecret: refusal, unknownClient: refusal, badSecret: refusal,
            wrongMethod: refusal,
            unknownScopes: { _ in
                TokenError(
                    "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
            })
    }()

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        GitLabApplications(practice: practice).add(to: router)
        add(
            Self.server, to: router, token: "oauth/token",
            metadata: ".well-known/openid-configuration", keys: "oauth/discovery/keys")
    }

    static func server(base: String) -> TokenServer {
        let address = "\(base)\(mount)"
        return TokenServer(
            kind: .plain, realm: .only(.gitlab), issuer: address,
            endpoint: "\(address)/oauth/token")
    }

    static func newInternalID() -> String { "\(Int.random(in: 1...999_999_999))" }
    static func value() -> String { "gloas-\(RandomText.alphanumeric(64).lowercased())" }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.replace(with: value ?? Self.value(), at: state.now, under: state.settings)
    }

    static var unknownPage: Response { GitLabError.noPage.response }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        [
            "GITLAB_URL=\(base)\(mount)",
            "GITLAB_TOKEN=\(credentials.adminToken)",
            "GITLAB_USER_TOKEN=\(credentials.leastToken)",
        ]
    }
}
