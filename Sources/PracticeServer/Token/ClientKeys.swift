import Foundation
import JWTKit

/// The registered public keys of a client, for `private_key_jwt`.
struct ClientKeys: Sendable {
    /// One key with the algorithms that it may be used with.
    private struct Registered: Sendable {
        let kid: String?
        let verifiers: [String: JWTKeyCollection]
    }

    private let keys: [Registered]

    /// Why a key could not be registered.
    struct Unreadable: Error {}

    /// What the servers here take.
    static let algorithms = ["RS256", "PS256", "ES256", "EdDSA"]

    /// Reads a PEM, a JWK or a JWK set, as text or as JSON.
    init(_ registered: JSONValue) async throws {
        do {
            if let text = registered.string, text.contains("-----BEGIN") {
                keys = [try await Self.key(pem: text)]
            } else if let text = registered.string {
                keys = try await Self.keys(
                    in: JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)))
            } else {
                keys = try await Self.keys(in: registered)
            }
        } catch {
            throw Unreadable()
        }
    }

    private static func key(pem: String) async throws -> Registered {
        if let key = try? ES256PublicKey(pem: pem) {
            return Registered(
                kid: nil, verifiers: ["ES256": await JWTKeyCollection().add(ecdsa: key)])
        }
        if let key = try? EdDSA.PublicKey(pem: pem) {
            return Registered(
                kid: nil, verifiers: ["EdDSA": await JWTKeyCollection().add(eddsa: key)])
        }
        let key = try Insecure.RSA.PublicKey(pem: pem)
        return Registered(
            kid: nil,
            verifiers: [
                "RS256": await JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256),
                "PS256": await JWTKeyCollection().add(pss: key, digestAlgorithm: .sha256),
            ])
    }

    private static func keys(in value: JSONValue) async throws -> [Registered] {
        var found: [Registered] = []
        for case .object(let key) in value["keys"]?.array ?? [value] {
            let possible =
                switch key["kty"] {
                case "RSA": ["RS256", "PS256"]
                case "EC": ["ES256"]
                default: ["EdDSA"]
                }
            var verifiers: [String: JWTKeyCollection] = [:]
            // A key that names its algorithm is for no other (RFC 7517 §4.4).
            for algorithm in key["alg"]?.string.map({ [$0] }) ?? possible {
                var named = key
                // jwt-kit keys its collection by kid and needs the algorithm.
                (named["kid"], named["alg"]) = ("only", .string(algorithm))
                let json = try JSONEncoder().encode(JSONValue.object(named))
                let jwk = try JSONDecoder().decode(JWK.self, from: json)
                verifiers[algorithm] = try await JWTKeyCollection().add(jwk: jwk, isDefault: true)
            }
            found.append(Registered(kid: key["kid"]?.string, verifiers: verifiers))
        }
        return found
    }

    /// The claims of an assertion that one of the keys signed.
    func verify(_ token: String) async throws -> AssertionClaims {
        try await verify(token, as: AssertionClaims.self)
    }

    /// The claims of whatever the key signed that the token names.
    ///
    /// A token that names none is for a client with one key, as servers have it that don't try
    /// every key.
    func verify<Claims: JWTPayload>(_ token: String, as type: Claims.Type) async throws -> Claims {
        let header = try DefaultJWTParser().parse(Array(token.utf8), as: type).header
        let named = keys.filter { $0.kid == nil || $0.kid == header.kid }
        let candidates = header.kid == nil && keys.count == 1 ? keys : named
        guard candidates.count == 1, let algorithm = header.alg,
            let verifiers = candidates[0].verifiers[algorithm]
        else { throw Unreadable() }
        return try await verifiers.verify(token, as: type)
    }
}
