import HTTPTypes
import Hummingbird

/// Ory Hydra: the secret in force and up to five retained ones, which the server makes.
///
/// From `client/handler.go` of ory/hydra. Its admin API and its public one are two ports there, and
/// one place here; the admin API asks nobody who they are.
struct HydraVendor: Vendor {
    static let dialect = Dialect.hydra
    static let wording: TokenWording = {
        let refusal = TokenError(
            "invalid_client",
            "Client authentication failed (e.g., unknown client, no client authentication "
                + "included, or unsupported authentication method).", status: .unauthorized)
        return TokenWording(
            missingGrant: TokenError(
                "invalid_request",
                "The request is missing a required parameter, includes an invalid parameter value, "
                    + "includes a parameter more than once, or is otherwise malformed."),
            unsupportedGrant: TokenError(
                "unsupported_grant_type",
                "The authorization grant type is not supported by the authorization server."),
            noClient: refusal, noSecret: refusal, unknownClient: refusal, badSecret: refusal,
            wrongMethod: refusal)
    }()

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        HydraAdmin(practice: practice).add(to: router)
        add(
            Self.server, to: router, token: "oauth2/token",
            metadata: ".well-known/openid-configuration", keys: ".well-known/jwks.json")
    }

    static func server(base: String) -> TokenServer {
        let issuer = "\(base)\(mount)"
        return TokenServer(
            kind: .plain, realm: .only(.hydra), issuer: issuer, endpoint: "\(issuer)/oauth2/token")
    }

    static var unknownPage: Response { Reply.text("404 page not found\n", status: .notFound) }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        ["HYDRA_URL=\(base)\(mount)"]
    }
}
