import Foundation
import JWTKit

/// A client with a key pair, for `private_key_jwt`.
struct AssertingClient: Sendable {
    struct Claims: JWTPayload {
        var iss: String?
        var sub: String?
        var aud: String
        var exp: Double?
        var jti: String?

        func verify(using algorithm: some JWTAlgorithm) throws {}
    }

    let id: String
    private let key: ES256PrivateKey

    init(id: String = "asserting") throws {
        self.id = id
        key = ES256PrivateKey()
    }

    /// The control API's body that registers it, by PEM or by JWK.
    func registration(
        dialect: String = "okta", grants: String = "[]", asJWK: Bool = false
    ) throws -> String {
        let pem = key.publicKey.pemRepresentation.replacing("\n", with: "\\n")
        let point = key.publicKey.parameters
        let jwk =
            #"{"kty":"EC","crv":"P-256","x":"\#(point?.x ?? "")","y":"\#(point?.y ?? "")"}"#
        return """
            {"dialect":"\(dialect)","client_id":"\(id)","auth_method":"private_key_jwt",\
            "grants":\(grants),"public_key":\(asJWK ? jwk : "\"\(pem)\"")}
            """
    }

    func claims(audience: String) -> Claims {
        Claims(
            iss: id, sub: id, aud: audience, exp: Date.now.timeIntervalSince1970 + 300,
            jti: UUID().uuidString)
    }

    func form(audience: String, scope: String? = nil) async throws -> String {
        try await form(claims(audience: audience), scope: scope)
    }

    func form(_ claims: Claims, scope: String? = nil) async throws -> String {
        let keys = await JWTKeyCollection().add(ecdsa: key)
        let assertion = try await keys.sign(claims)
        let type = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
        return "grant_type=client_credentials&client_assertion_type=\(type)"
            + "&client_assertion=\(assertion)" + (scope.map { "&scope=\($0)" } ?? "")
    }
}
