import Crypto
import Foundation

/// Identifiers and secrets from the system's generator.
enum RandomText {
    private static let alphanumerics = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// `length` characters of `[A-Za-z0-9]`.
    static func alphanumeric(_ length: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<length).map { _ in
            alphanumerics[Int.random(in: 0..<alphanumerics.count, using: &generator)]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A lower-case UUID, as Keycloak writes them.
    static func uuid() -> String { UUID().uuidString.lowercased() }
}
