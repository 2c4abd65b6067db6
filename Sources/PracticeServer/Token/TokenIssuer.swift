import Crypto
import Foundation
import Hummingbird
import JWTKit

/// Signs access tokens with one ES256 key, made at the start.
struct TokenIssuer: Sendable {
    private let keys: JWTKeyCollection
    private let kid: String
    /// The public key, as a JWK set.
    let keySet: JSONValue

    init() async throws {
        let signing = P256.Signing.PrivateKey()
        let point = signing.publicKey.rawRepresentation
        kid = Data(SHA256.hash(data: point).prefix(12)).base64URL
        keys = JWTKeyCollection()
        keySet = [
            "keys": [
                [
                    "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig",
                    "kid": .string(kid), "x": .string(Data(point.prefix(32)).base64URL),
                    "y": .string(Data(point.suffix(32)).base64URL),
                ]
            ]
        ]
        try await keys.add(
            ecdsa: ES256PrivateKey(backing: signing), kid: JWKIdentifier(string: kid))
    }

    func sign(_ claims: some JWTPayload) async throws -> String {
        try await keys.sign(claims, kid: JWKIdentifier(string: kid))
    }

    /// The access token of a request, where `server` issued it and it is still good.
    func bearer(of request: Request, from server: TokenServer, at now: Milliseconds) async
        -> AccessToken?
    {
        let words = (request.headers[.authorization] ?? "").split(separator: " ")
        guard words.count == 2, words[0] == "Bearer" else { return nil }
        return await verify(String(words[1]), issuedBy: server.issuer, at: now)
    }

    /// The claims of a token of ours that is not over and comes from `issuer`.
    func verify(
        _ token: String, issuedBy issuer: String, at now: Milliseconds
    ) async -> AccessToken? {
        guard let claims = await claims(of: token, as: AccessToken.self), claims.iss == issuer,
            claims.exp > now.seconds
        else { return nil }
        return claims
    }

    /// The claims of whatever was signed here, over or not.
    func claims<Claims: JWTPayload>(of token: String, as type: Claims.Type) async -> Claims? {
        try? await keys.verify(token, as: type)
    }
}

/// The claims of an access token (RFC 9068; `azp`, `cid` and `scp` are the vendors' names).
struct AccessToken: JWTPayload {
    let iss: String
    let sub: String
    let aud: String
    let clientID: String
    /// Keycloak's name for the client.
    var azp: String?
    /// Okta's name for the client.
    var cid: String?
    /// Okta's list of scopes.
    var scp: [String]?
    var typ: String?
    /// The secret that it was issued for: no vendor's, but for oracles.
    var secretID: String?
    let scope: String
    let jti: String
    let iat: Int64
    let exp: Int64

    private enum CodingKeys: String, CodingKey {
        case iss, sub, aud, azp, cid, scp, typ, scope, jti, iat, exp
        case clientID = "client_id"
        case secretID = "practice_secret"
    }

    /// Expiry is judged by the server's own clock, not here.
    func verify(using algorithm: some JWTAlgorithm) throws {}
}
