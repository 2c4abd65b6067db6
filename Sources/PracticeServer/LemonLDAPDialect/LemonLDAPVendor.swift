import Foundation
import HTTPTypes
import Hummingbird

/// LemonLDAP::NG: one secret for each relying party, in clear, that the portal learns of late.
///
/// As LemonLDAP::NG 2.16.1 answered (Debian's packages, with `Tests/Services/lemonldap.sh`).
/// `propagation_ms` is its `checkTime`. The manager API asks nobody who they are.
struct LemonLDAPVendor: Vendor {
    static let dialect = Dialect.lemonldap
    static let wording: TokenWording = {
        let refusal = TokenError("invalid_client", "", status: .unauthorized)
        return TokenWording(
            repeated: { _ in TokenError("invalid_request", "") },
            malformed: TokenError("invalid_request", ""),
            missingGrant: TokenError("unsupported_grant_type", ""),
            unsupportedGrant: TokenError("unsupported_grant_type", ""), severalMethods: refusal,
            noClient: refusal, noSecret: refusal, unknownClient: refusal, badSecret: refusal,
            wrongMethod: refusal, badAssertion: { _ in refusal })
    }()

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        LemonLDAPParties(practice: practice).add(to: router)
        add(
            Self.server, to: router, token: "oauth2/token",
            metadata: ".well-known/openid-configuration", keys: "oauth2/jwks")
    }

    static func server(base: String) -> TokenServer {
        let issuer = "\(base)\(mount)"
        return TokenServer(
            kind: .plain, realm: .only(.lemonldap), issuer: issuer,
            endpoint: "\(issuer)/oauth2/token")
    }

    /// Who tried Basic is told 401, everybody else 400.
    static func response(to error: TokenError, basicRealm: String?) -> Response {
        guard error.error == "invalid_client" else { return error.response(basicRealm: nil) }
        var response = Reply.json(
            ["error": error.error], status: basicRealm == nil ? .badRequest : .unauthorized)
        response.headers.setUncached()
        if basicRealm != nil { response.headers[.wwwAuthenticate] = "Basic" }
        return response
    }

    /// It matches `^Basic (\w+)`, and undoes no form-urlencoding: what is cut or escaped is another
    /// secret to it.
    static func understands(basic header: String) -> Bool {
        let word = header.dropFirst("Basic ".count)
        let isCut = word.contains { "+/".contains($0) }
        let pair = Data(base64Encoded: String(word)) ?? Data()
        return !isCut && !pair.contains(UInt8(ascii: "%")) && !pair.contains(UInt8(ascii: "+"))
    }

    static func accepts(_ method: AuthMethod, of client: PracticeClient) -> Bool {
        method == .basic || method == .post
    }

    /// Whatever is asked for is given.
    static func grant(_ asked: String?, _ question: ScopeQuestion) throws(TokenError) -> String {
        guard question.client.document["allowClientCredentialsGrant"] == 1 else {
            throw TokenError("unauthorized_client", "")
        }
        return asked ?? question.client.scopes.sorted().joined(separator: " ")
    }

    /// The name in the configuration, which need not be the client id.
    static func newInternalID() -> String { "rp-\(RandomText.alphanumeric(12))" }
    static func value() -> String { RandomText.alphanumeric(40) }

    static func addFirst(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID, _ state: PracticeState
    ) {
        client.document = [
            "allowClientCredentialsGrant": 1, "public": 0, "accessTokenExpiration": 3600,
        ]
        client.replace(with: value ?? Self.value(), at: state.now, under: state.settings)
    }

    static var unknownPage: Response {
        Reply.text(
            "<html><head><title>Error</title></head><body></body></html>", type: "text/html",
            status: .notFound)
    }

    static func variables(base: String, _ credentials: PracticeCredentials) -> [String] {
        ["LEMONLDAP_URL=\(base)\(mount)"]
    }
}
