import Crypto
import Foundation
import RotationCore

/// The key that every secret in the journal is sealed with.
///
/// It lives in a file of mode 0600 outside the state directory, made once by `holdover init`.
/// The file is one line: `holdover-seal-key-v1 <base64 of 32 bytes>`.
public struct SealingKey: Sendable {
    let key: SymmetricKey
    /// Names the key without giving it away: 16 hex digits derived from it.
    public let id: String

    /// A key of 32 bytes that are known already.
    package init(bytes: [UInt8]) {
        key = SymmetricKey(data: bytes)
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Data("holdover.key-id.v1".utf8), outputByteCount: 8)
        id = derived.withUnsafeBytes { Hex.string(Array($0)) }
    }

    /// A fresh key.
    public static func generate() -> SealingKey {
        SealingKey(bytes: SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    }

    /// The 32 bytes, for whoever wraps them.
    package var bytes: [UInt8] { key.withUnsafeBytes { Array($0) } }

    /// The line that the key file holds.
    var line: String {
        let text = key.withUnsafeBytes { Data($0).base64EncodedString() }
        return "holdover-seal-key-v1 \(text)\n"
    }

    /// Reads the key file at `path`; refuses one that others may read.
    public static func load(path: String) throws(SealingFailure) -> SealingKey {
        let file = try PrivateFile.read(path: path, limit: 4_096)
        let words = String(decoding: file, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0] == "holdover-seal-key-v1",
            let bytes = Data(base64Encoded: String(words[1])), bytes.count == 32
        else { throw SealingFailure(.keyUnreadable, "\(path) is not a holdover key file") }
        return SealingKey(bytes: Array(bytes))
    }

    /// Writes the key to a new file at `path`, mode 0600; never over an existing one.
    public func save(path: String) throws(SealingFailure) {
        try PrivateFile.create(path: path, contents: Array(line.utf8))
    }
}

/// Why sealing or opening didn't work.
public struct SealingFailure: Error, Sendable, Hashable {
    /// What is wrong.
    public enum Kind: String, Sendable, Hashable {
        /// There is no key file.
        case keyMissing = "seal-key-missing"
        /// The key file can't be read, isn't private, or isn't one.
        case keyUnreadable = "seal-key-unreadable"
        /// The key is not the one that the journal was sealed with.
        case keyWrong = "seal-key-wrong"
        /// A record was altered, or belongs to another row.
        case recordAltered = "sealed-record-altered"
    }
    /// What is wrong.
    public let kind: Kind
    /// In words, without a secret.
    public let message: String

    /// A failure.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

extension SealingKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The id, and nothing of the key.
    public var description: String { "sealing key \(id)" }
    /// The same.
    public var debugDescription: String { description }
    /// No children, so that `dump` and a failed expectation show nothing of the key.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
