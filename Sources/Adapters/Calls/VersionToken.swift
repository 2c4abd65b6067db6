import Crypto
import FoundationEssentials

/// The id of the version that one write makes: the same for the same write, however often it is
/// sent, and another one for every other.
///
/// So the second attempt after a lost answer, or after a crash, finds the version that the first
/// one made. A version id can be seen by whoever may describe the secret, so the secret must not be
/// guessed from it: it is an HMAC, keyed by the document that is replaced.
struct VersionToken: Sendable, Hashable {
    /// What every one begins with: versions with it are ours.
    private static let mark = "holdover-"

    let id: String

    /// The write that puts `text` in the place of `held`, the text of `version` of `secret`.
    init(secret: String, version: String, held: String, text: String) {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("holdover-version-v1\n\(secret)\n\(version)\n\(text)".utf8),
            using: SymmetricKey(data: Data(held.utf8)))
        // Of 32 to 64 characters, these are 57.
        id = Self.mark + HexText.of(code.prefix(24))
    }

    /// Whether a version was made here.
    static func made(_ version: String) -> Bool { version.hasPrefix(mark) }
}
