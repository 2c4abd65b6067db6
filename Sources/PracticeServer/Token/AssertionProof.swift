import JWTKit

/// An assertion whose signature one of the client's keys or live secrets made.
struct AssertionProof: Sendable {
    let claims: AssertionClaims
    /// The secret behind a `client_secret_jwt`.
    let secret: PracticeSecret?

    /// `nil` when nothing of the client's made the signature.
    init?(_ token: String, of client: PracticeClient, at now: Milliseconds) async {
        if client.authMethod == .privateKeyJWT {
            guard let claims = try? await client.keys?.verify(token) else { return nil }
            self.init(claims: claims, secret: nil)
            return
        }
        // HS256 needs a key of 32 bytes (RFC 7518 §3.2), as the library asserts.
        for secret in client.secrets + client.retired
        where client.match(secret.digest, at: now).isAccepted && secret.value.utf8.count >= 32 {
            let key = HMACKey(from: secret.value)
            let keys = await JWTKeyCollection().add(hmac: key, digestAlgorithm: .sha256)
            if let claims = try? await keys.verify(token, as: AssertionClaims.self) {
                self.init(claims: claims, secret: secret)
                return
            }
        }
        return nil
    }

    private init(claims: AssertionClaims, secret: PracticeSecret?) {
        self.claims = claims
        self.secret = secret
    }
}
