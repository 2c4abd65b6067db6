import Crypto
import FoundationEssentials
import HTTPTransport

/// Tells one proof of a client from another, and gives neither away.
struct ProofDigest: Sendable, Hashable {
    fileprivate let bytes: [UInt8]
}

extension ClientAuthentication {
    /// What tells this proof from others.
    var digest: ProofDigest {
        var hash = SHA256()
        for part in [Array(method.utf8), Array(clientID.utf8), keyingMaterial] {
            // Each behind its length, so that no two proofs run together.
            hash.update(data: Data("\(part.count) ".utf8))
            hash.update(data: Data(part))
        }
        return ProofDigest(bytes: Array(hash.finalize()))
    }

    /// What only the client knows: a secret, or a private key.
    var keyingMaterial: [UInt8] {
        switch self {
        case .basic(_, let secret), .post(_, let secret), .clientSecretJWT(_, let secret, _),
            .assertion(_, let secret):
            Array(secret.utf8)
        case .privateKeyJWT(let key): Array(key.text.utf8)
        case .tls(_, let certificate): certificate.chain + certificate.key
        }
    }
}

extension ClientAuthentication {
    /// Whether it is a client secret, whichever way it is presented.
    var isSecret: Bool {
        switch self {
        case .basic, .post, .clientSecretJWT: true
        case .privateKeyJWT, .assertion, .tls: false
        }
    }
}
