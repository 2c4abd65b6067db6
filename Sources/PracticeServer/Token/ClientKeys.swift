import Foundation
import JWTKit

/// The registered public keys of a client, for `private_key_jwt`.
struct ClientKeys: Sendable {
    private let collection: JWTKeyCollection

    /// Why a key could not be registered.
    struct Unreadable: Error {}

    /// Reads a PEM, a JWK or a JWK set, as text or as JSON.
    init(_ registered: JSONValue) async throws {
        collection = JWTKeyCollection()
        do {
            if let text = registered.string, text.contains("-----BEGIN") {
                try await addPEM(text)
            } else if let text = registered.string {
                try await addJSON(JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)))
            } else {
                try await addJSON(registered)
            }
        } catch {
            throw Unreadable()
        }
    }

    private func addPEM(_ pem: String) async throws {
        if let key = try? ES256PublicKey(pem: pem) {
            await collection.add(ecdsa: key)
        } else if let key = try? EdDSA.PublicKey(pem: pem) {
            await collection.add(eddsa: key)
        } else {
            let key = try Insecure.RSA.PublicKey(pem: pem)
            await collection.add(rsa: key, digestAlgorithm: .sha256)
        }
    }

    private func addJSON(_ value: JSONValue) async throws {
        for case .object(var key) in value["keys"]?.array ?? [value] {
            // jwt-kit keys its collection by kid and needs the algorithm.
            if key["kid"] == nil { key["kid"] = "only" }
            if key["alg"] == nil { key["alg"] = key["kty"] == "RSA" ? "RS256" : "ES256" }
            let json = try JSONEncoder().encode(JSONValue.object(key))
            let jwk = try JSONDecoder().decode(JWK.self, from: json)
            try await collection.add(jwk: jwk, isDefault: true)
        }
    }

    /// The claims of an assertion that one of the keys signed.
    func verify(_ token: String) async throws -> AssertionClaims {
        try await verify(token, as: AssertionClaims.self)
    }

    /// The claims of whatever one of the keys signed.
    func verify<Claims: JWTPayload>(_ token: String, as type: Claims.Type) async throws -> Claims {
        try await collection.verify(token, as: type, iteratingKeys: true)
    }
}
