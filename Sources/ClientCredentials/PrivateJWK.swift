import FoundationEssentials
import JWTKit

/// A private key as RFC 7517 and 7518 write it, of the kinds that sign assertions.
///
/// Errors name a member at most, and never what stands there.
struct PrivateJWK: Decodable {
    private let kty: String
    private let use: String?
    private let key_ops: [String]?
    private let alg: String?
    let kid: String?
    private let crv: String?
    private let x: String?
    private let y: String?
    private let n: String?
    private let e: String?
    private let d: String?
    private let p: String?
    private let q: String?
    private let oth: [[String: String]]?

    private struct KeySet: Decodable {
        struct Member: Decodable {}
        let keys: [Member]
    }

    /// Reads JSON text; throws `unusable` for what isn't one object with a private key in it.
    init(_ text: String) throws(TokenError) {
        do {
            self = try JSONDecoder().decode(PrivateJWK.self, from: Data(text.utf8))
        } catch {
            guard (try? JSONDecoder().decode(KeySet.self, from: Data(text.utf8))) == nil else {
                throw TokenError.unusable(
                    "the key is a JWK set (RFC 7517 §5): put the one key of it there")
            }
            throw TokenError.unusable("the key isn't a JWK (RFC 7517 §4)")
        }
    }

    /// The key, for `wanted` or, where that is nil, for the algorithm that it names.
    ///
    /// An RSA key that names none signs with RS256, as RFC 7523 §5 has every server know.
    func signingKey(for wanted: AssertionKey.Algorithm?) throws(TokenError) -> SigningKey {
        guard use == nil || use == "sig", key_ops?.contains("sign") != false else {
            throw TokenError.unusable("the JWK isn't for signing (RFC 7517 §4.2 and §4.3)")
        }
        let algorithm = try algorithm(wanted)
        guard let d else { throw TokenError.unusable("the JWK has no private part") }
        do {
            switch algorithm {
            case .rs256: return .rs256(try rsa(d))
            case .ps256: return .ps256(try rsa(d))
            case .es256: return .es256(try ec(d))
            case .edDSA: return .edDSA(try ed25519(d))
            }
        } catch {
            // The error's own text might quote the key.
            throw TokenError.unusable(
                "the JWK isn't a whole private key for \(algorithm.rawValue)")
        }
    }

    private func algorithm(
        _ wanted: AssertionKey.Algorithm?
    ) throws(TokenError) -> AssertionKey.Algorithm {
        let possible: [AssertionKey.Algorithm] =
            switch (kty, crv) {
            case ("RSA", _): [.rs256, .ps256]
            case ("EC", "P-256"): [.es256]
            case ("OKP", "Ed25519"): [.edDSA]
            default: []
            }
        guard let first = possible.first else {
            throw TokenError.unusable("the JWK is neither RSA nor P-256 nor Ed25519")
        }
        let named = alg.map { AssertionKey.Algorithm(rawValue: $0) }
        // It names one that isn't known here.
        if case .some(.none) = named {
            throw TokenError.unusable("the JWK's alg isn't RS256, PS256, ES256 or EdDSA")
        }
        let chosen = wanted ?? named.flatMap(\.self) ?? first
        guard possible.contains(chosen), named == nil || named == .some(chosen) else {
            throw TokenError.unusable("the JWK isn't for \(chosen.rawValue)")
        }
        return chosen
    }

    private struct Incomplete: Error {}

    private func rsa(_ d: String) throws -> Insecure.RSA.PrivateKey {
        // More than two primes (RFC 7518 §6.3.2.7) are known to nothing below.
        guard oth == nil, let n, let e, (p == nil) == (q == nil) else { throw Incomplete() }
        guard let p, let q else {
            return try Insecure.RSA.PrivateKey(modulus: n, exponent: e, privateExponent: d)
        }
        return try Insecure.RSA.PrivateKey(
            modulus: n, exponent: e, privateExponent: d, prime1: p, prime2: q)
    }

    private func ec(_ d: String) throws -> ES256PrivateKey {
        guard let x, let y else { throw Incomplete() }
        let key = try ES256PrivateKey(key: d)
        // Two halves of different keys would sign what the server can't verify.
        guard try ES256PublicKey(parameters: (x, y)) == key.publicKey else { throw Incomplete() }
        return key
    }

    private func ed25519(_ d: String) throws -> EdDSA.PrivateKey {
        guard let x else { throw Incomplete() }
        let key = try EdDSA.PrivateKey(d: d, curve: .ed25519)
        guard try EdDSA.PublicKey(x: x, curve: .ed25519) == key.publicKey else {
            throw Incomplete()
        }
        return key
    }
}
