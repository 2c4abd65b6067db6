import Crypto
import Foundation

/// The `encryptedSecret` of a secret: another text at each look, good in its own place only.
///
/// PingFederate's are JWEs under a key of the server; whether one may change its place isn't said,
/// so it may not here.
enum PingFederateCipher {
    /// Where a secret stands.
    enum Place: String { case first, secondary }

    private static let prefix = "OBF:JWE:"
    private static let key = SymmetricKey(size: .bits256)

    static func seal(_ value: String, in place: Place) -> String {
        let box = try? AES.GCM.seal(
            Data(value.utf8), using: key, authenticating: Data(place.rawValue.utf8))
        return prefix + (box?.combined?.base64EncodedString() ?? "")
    }

    /// Nil where it is none of the server's for that place.
    static func open(_ text: String, in place: Place) -> String? {
        guard text.hasPrefix(prefix),
            let data = Data(base64Encoded: String(text.dropFirst(prefix.count))),
            let box = try? AES.GCM.SealedBox(combined: data),
            let value = try? AES.GCM.open(
                box, using: key, authenticating: Data(place.rawValue.utf8))
        else { return nil }
        return String(decoding: value, as: UTF8.self)
    }
}
