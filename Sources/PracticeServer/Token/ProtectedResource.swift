import HTTPTypes
import Hummingbird

/// Something that is worth a token: `GET /invoices` with a bearer token (RFC 6750 §2.1).
///
/// It takes tokens of every server here until they end, as a resource server does that trusts the
/// signature and asks nobody.
struct ProtectedResource: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        router.get("/invoices") { request, _ in
            let now = practice.withState { $0.now }
            let words = (request.headers[.authorization] ?? "").split(separator: " ")
            guard words.count == 2, words[0] == "Bearer",
                let claims = await issuer.claims(of: String(words[1]), as: AccessToken.self),
                claims.exp > now.seconds
            else {
                // RFC 6750 §3.1.
                return Reply.json(
                    ["error": "invalid_token"], status: .unauthorized,
                    headers: [.wwwAuthenticate: "Bearer error=\"invalid_token\""])
            }
            return Reply.json(["client_id": claims.clientID, "invoices": "none"])
        }
    }
}
