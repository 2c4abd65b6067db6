import Crypto
public import FoundationEssentials

/// A consumer's word for the secret that it uses: proof of the value that doesn't give it away.
///
/// Keyed by the secret, it can't be made without it; bound to a time, it can't be replayed for a
/// later secret.
public enum AdoptionFingerprint {
    /// The report's first word: what it is, and its version.
    public static let version = "holdover-adoption-v1"

    /// What the fingerprint of a candidate is made over, in the place of ``version``: it says that
    /// a secret is held, and never that it is used.
    public static let candidateVersion = "holdover-candidate-v1"

    /// A report made at `at`: `holdover-adoption-v1 <at> <fingerprint>`, with a line feed.
    ///
    /// Who holds a candidate too, to be tried where the secret is refused, says so with a second
    /// fingerprint behind the first.
    public static func line(
        clientID: String, secret: String, candidate: String? = nil, at: Date
    ) -> String {
        let spelled = spell(at)
        let words = [
            version, spelled, hex(clientID: clientID, secret: secret, spelledAt: spelled),
            candidate.map {
                hex(candidateVersion, clientID: clientID, secret: $0, spelledAt: spelled)
            },
        ]
        return words.compactMap(\.self).joined(separator: " ") + "\n"
    }

    /// The fingerprint for a time as it was spelled: 32 lower-case hex digits.
    ///
    /// The first 16 bytes of HMAC-SHA-256, with the secret as the key, over
    /// `holdover-adoption-v1\n<client_id>\n<at>`.
    public static func hex(clientID: String, secret: String, spelledAt: String) -> String {
        hex(version, clientID: clientID, secret: secret, spelledAt: spelledAt)
    }

    private static func hex(
        _ purpose: String, clientID: String, secret: String, spelledAt: String
    ) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(purpose)\n\(clientID)\n\(spelledAt)".utf8),
            using: SymmetricKey(data: Data(secret.utf8)))
        return code.prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// RFC 3339 in UTC, to the millisecond: `2026-11-23T15:00:00.123Z`.
    static func spell(_ date: Date) -> String {
        // The style's own fraction is cut rather than rounded: .123 would become .122.
        let milliseconds = Int64((date.timeIntervalSince1970 * 1_000).rounded())
        let rest = (milliseconds % 1_000 + 1_000) % 1_000  // also for a clock before 1970
        let seconds = (milliseconds - rest) / 1_000
        let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        return "\(whole.dropLast()).\(String(1_000 + rest).dropFirst())Z"
    }
}
