import JWTKit

/// What signs an assertion, read and ready.
enum SigningKey: Sendable {
    case rs256(Insecure.RSA.PrivateKey)
    case ps256(Insecure.RSA.PrivateKey)
    case es256(ES256PrivateKey)
    case edDSA(EdDSA.PrivateKey)
    case hs256(HMACKey)

    /// Signs `claims`, and names the key where it has a name.
    func sign(_ claims: ClientAssertion, keyID: String?) async throws(TokenError) -> String {
        let signers = JWTKeyCollection()
        let kid = keyID.map { JWKIdentifier(string: $0) }
        switch self {
        case .rs256(let key): await signers.add(rsa: key, digestAlgorithm: .sha256, kid: kid)
        case .ps256(let key): await signers.add(pss: key, digestAlgorithm: .sha256, kid: kid)
        case .es256(let key): await signers.add(ecdsa: key, kid: kid)
        case .edDSA(let key): await signers.add(eddsa: key, kid: kid)
        case .hs256(let key): await signers.add(hmac: key, digestAlgorithm: .sha256, kid: kid)
        }
        // The error's own text might quote the key.
        do { return try await signers.sign(claims, kid: kid) } catch {
            throw TokenError.unusable("the assertion can't be signed")
        }
    }

    /// Whether both sign alike; secrets are compared where they are kept as text.
    func isSame(as other: SigningKey) -> Bool {
        switch (self, other) {
        case (.rs256(let key), .rs256(let otherKey)), (.ps256(let key), .ps256(let otherKey)):
            // One that was written without its primes has them in another order.
            key.publicKey == otherKey.publicKey
        case (.es256(let key), .es256(let otherKey)): key == otherKey
        case (.edDSA(let key), .edDSA(let otherKey)): key == otherKey
        case (.rs256, _), (.ps256, _), (.es256, _), (.edDSA, _), (.hs256, _): false
        }
    }
}

extension SigningKey {
    /// A private key that is written as PEM; throws `unusable` for anything else.
    init(pem: String, algorithm: AssertionKey.Algorithm) throws(TokenError) {
        let pem = PEMText(pem).privateKey ?? pem
        do {
            switch algorithm {
            case .rs256: self = .rs256(try Insecure.RSA.PrivateKey(pem: pem))
            case .ps256: self = .ps256(try Insecure.RSA.PrivateKey(pem: pem))
            case .es256: self = .es256(try ES256PrivateKey(pem: pem))
            case .edDSA: self = .edDSA(try EdDSA.PrivateKey(pem: pem))
            }
        } catch {
            // The error's own text might quote the key.
            throw TokenError.unusable("the key isn't a PEM private key for \(algorithm.rawValue)")
        }
    }

    /// The algorithm of a private key; nil for a secret.
    var algorithm: AssertionKey.Algorithm? {
        switch self {
        case .rs256: .rs256
        case .ps256: .ps256
        case .es256: .es256
        case .edDSA: .edDSA
        case .hs256: nil
        }
    }
}
