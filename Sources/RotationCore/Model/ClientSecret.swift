/// A client secret in memory, and nowhere else.
///
/// Not `Codable` and not `Hashable`, so it can't reach the journal, a log line or a set by
/// accident. Printing, interpolating, reflecting and dumping it all give `<client secret>`.
public struct ClientSecret: Sendable {
    private let value: String

    /// Wraps a value fresh from a server, a store or the generator.
    public init(_ value: String) { self.value = value }

    /// Lends the plaintext to `body`; the only way to read it, and easy to find with grep.
    public func withPlaintext<Result, Failure: Error>(
        _ body: (String) throws(Failure) -> Result
    ) throws(Failure) -> Result { try body(value) }

    /// Whether both hold the same bytes, compared in constant time for equal lengths.
    public func matches(_ other: ClientSecret) -> Bool {
        let (left, right) = (Array(value.utf8), Array(other.value.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension ClientSecret {
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

    /// 48 characters of `[A-Za-z0-9]` (285 bits) of the system's randomness: a value that every
    /// server takes which takes any.
    public static func unguessable() -> ClientSecret {
        var generator = SystemRandomNumberGenerator()
        let characters = (0..<48).map { _ in
            letters[Int.random(in: 0..<letters.count, using: &generator)]
        }
        return ClientSecret(String(characters))
    }
}

extension ClientSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A placeholder, whatever the secret is.
    public var description: String { "<client secret>" }
    /// The same placeholder.
    public var debugDescription: String { description }
    /// No children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Which of the two secrets of a rotation is meant.
public enum SecretRole: String, Sendable, Hashable, Codable, CaseIterable {
    /// The secret that was in force when the rotation began.
    case old
    /// The secret that replaces it.
    case new
}

/// The secrets of a rotation that are known now, lent to an adapter to recognise them by.
public struct KnownSecrets: Sendable {
    /// The value in force before the rotation, once a store has shown it.
    public let old: ClientSecret?
    /// The value that replaces it, once it is made.
    public let new: ClientSecret?

    /// Both, either or none.
    public init(old: ClientSecret? = nil, new: ClientSecret? = nil) {
        self.old = old
        self.new = new
    }

    /// The first role whose value satisfies `isHeld`.
    public func role(where isHeld: (ClientSecret) -> Bool) -> SecretRole? {
        if let new, isHeld(new) { return .new }
        if let old, isHeld(old) { return .old }
        return nil
    }
}
