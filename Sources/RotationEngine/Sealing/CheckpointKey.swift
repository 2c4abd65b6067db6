import Crypto
import Foundation

/// Signs and checks checkpoints of the audit (Ed25519, RFC 8032).
///
/// The private half is derived from the sealing key, so there is one file to keep; the public half
/// is enough to check, and can be given to anybody.
public struct CheckpointKey: Sendable {
    private let signing: Curve25519.Signing.PrivateKey?
    private let verifying: Curve25519.Signing.PublicKey

    /// The key that goes with a sealing key.
    public init(of key: SealingKey) {
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key.key, info: Data("holdover.checkpoint.v1".utf8),
            outputByteCount: 32)
        let bytes = derived.withUnsafeBytes { Data($0) }
        guard let signing = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else {
            preconditionFailure("every 32 bytes are an Ed25519 key")
        }
        (self.signing, verifying) = (signing, signing.publicKey)
    }

    /// A key that only checks, from its line; nil where that isn't one.
    public init?(line: String) {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0] == Self.format,
            let bytes = Data(base64Encoded: String(words[1])),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else { return nil }
        (signing, verifying) = (nil, key)
    }

    private static let format = "holdover-checkpoint-key-v1"

    /// The public half, as it is printed and read.
    public var line: String {
        "\(Self.format) \(verifying.rawRepresentation.base64EncodedString())"
    }

    /// Names the key: the beginning of the hash of its public half.
    public var id: String { Hex.string(SHA256.hash(data: verifying.rawRepresentation).prefix(8)) }

    /// A signature; nil where only the public half is known.
    func signature(of text: String) -> Data? { try? signing?.signature(for: Data(text.utf8)) }

    func isValid(_ signature: Data, of text: String) -> Bool {
        verifying.isValidSignature(signature, for: Data(text.utf8))
    }
}
