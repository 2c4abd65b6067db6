import HTTPTypes
import Hummingbird
import JWTKit

/// Where a service account trades an assertion that it signed for an access token (RFC 7523 §2.1).
struct GoogleLogin: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    static let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"

    /// What the assertion says; the scope is a claim, as Google has it.
    private struct Claims: JWTPayload {
        let iss: String
        let sub: String?
        let aud: String
        let scope: String
        let iat: Int64
        let exp: Int64

        /// Times are judged by the server's own clock.
        func verify(using algorithm: some JWTAlgorithm) throws {}
    }

    func answer(_ request: Request) async -> Response {
        do throws(TokenError) {
            return try await token(request)
        } catch {
            return error.response(basicRealm: nil)
        }
    }

    private func token(_ request: Request) async throws(TokenError) -> Response {
        guard let body = try? await request.bytes(), let form = try? FormParameters(parsing: body)
        else { throw TokenError("invalid_request", "Bad request.") }
        guard form["grant_type"] == Self.grant else {
            throw TokenError("unsupported_grant_type", "Invalid grant_type")
        }
        let (account, claims) = try await claims(form["assertion"] ?? "")
        let life = practice.withState { $0.settings.tokenLifetime }
        let now = practice.withState { $0.now.seconds }
        let server = GoogleVendor.login(base: practice.baseURL)
        let token = AccessToken(
            iss: server, sub: account, aud: server, clientID: account, scope: claims.scope,
            jti: RandomText.uuid(), iat: now, exp: now + life)
        guard let signed = try? await issuer.sign(token) else {
            throw TokenError("server_error", "signing failed", status: .internalServerError)
        }
        let answer: JSONValue = [
            "access_token": .string(signed), "token_type": "Bearer", "expires_in": .integer(life),
        ]
        return Reply.json(answer)
    }

    private func claims(_ assertion: String) async throws(TokenError) -> (String, Claims) {
        let parser = DefaultJWTParser()
        guard
            let parsed = try? parser.parse(Array(assertion.utf8), as: Claims.self),
            parsed.header.alg == "RS256"
        else { throw TokenError("invalid_request", "Bad Request") }
        let account = parsed.payload.iss
        let (found, now) = practice.withState {
            ($0.client(account, in: .only(.google)), $0.now.seconds)
        }
        guard let keys = found?.keys,
            let claims = try? await keys.verify(assertion, as: Claims.self)
        else { throw TokenError("invalid_grant", "Invalid JWT Signature.") }
        guard claims.aud == "\(GoogleVendor.login(base: practice.baseURL))/token" else {
            throw TokenError("invalid_grant", "Invalid JWT: Failed audience check.")
        }
        // Ten seconds for clocks that differ.
        guard claims.iat <= now + 10, claims.exp > now, claims.exp <= claims.iat + 3600 else {
            throw TokenError(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
                    + "timeframe. Check your iat and exp values in the JWT claim.")
        }
        guard claims.sub == nil else {
            throw TokenError(
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method.",
                status: .unauthorized)
        }
        guard !claims.scope.isEmpty else {
            throw TokenError("invalid_scope", "Empty or missing scope not allowed.")
        }
        return (account, claims)
    }
}
