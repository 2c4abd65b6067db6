import Crypto
import Foundation

/// SHA-256 of a secret: what is compared, logged and shown instead of it.
struct SecretDigest: Sendable, Hashable {
    private let digest: SHA256.Digest

    init(of secret: String) {
        digest = SHA256.hash(data: Data(secret.utf8))
    }

    /// 64 hexadecimal digits.
    var hex: String { digest.map { String(format: "%02x", $0) }.joined() }

    /// The first eight hexadecimal digits, enough to tell secrets apart in a log.
    var short: String { String(hex.prefix(8)) }

    /// Okta's `secret_hash`: the left-most 16 bytes, base64url without padding.
    ///
    /// Not documented by Okta; it holds for every pair that its guide and its OpenAPI print.
    var oktaHash: String { Data(digest.prefix(16)).base64URL }
}

extension Data {
    /// RFC 4648 §5 without padding.
    var base64URL: String {
        base64EncodedString()
            .replacing("+", with: "-")
            .replacing("/", with: "_")
            .replacing("=", with: "")
    }
}
