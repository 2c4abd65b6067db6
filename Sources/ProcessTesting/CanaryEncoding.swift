import Foundation

/// The ways in which a secret may be written down without being meant to.
public enum CanaryEncoding: String, Sendable, CaseIterable {
    /// As it is.
    case raw
    /// Base64 (RFC 4648 §4), wherever in the encoded bytes it begins.
    case base64
    /// Base64 for URLs (RFC 4648 §5), wherever in the encoded bytes it begins.
    case base64URL = "base64url"
    /// Hexadecimal in lower case.
    case hexLower = "hex-lower"
    /// Hexadecimal in upper case.
    case hexUpper = "hex-upper"
    /// Percent-encoded (RFC 3986 §2.1): what must be, or every byte.
    case percent = "url-percent"
    /// `application/x-www-form-urlencoded`: blanks as plus signs.
    case form
    /// Escaped as in a JSON text: what must be, slashes too, or every character.
    case json
    /// UTF-16, little-endian.
    case utf16 = "utf-16le"
    /// Last byte first.
    case reversed

    /// The byte strings to look for; several where an encoding isn't unique.
    func spellings(of secret: String) -> [[UInt8]] {
        let bytes = Array(secret.utf8)
        return switch self {
        case .raw: [bytes]
        case .base64: (0..<3).map { Self.base64(bytes, behind: $0) }
        case .base64URL:
            (0..<3).map { Self.base64(bytes, behind: $0).map(Self.forURL) }
        case .hexLower: [Array(bytes.map { Self.hex($0) }.joined().utf8)]
        case .hexUpper: [Array(bytes.map { Self.hex($0).uppercased() }.joined().utf8)]
        case .percent: Self.percent(bytes, kept: "-._~", blank: nil)
        case .form: Self.percent(bytes, kept: "*-._", blank: "+")
        case .json: Self.json(secret)
        case .utf16: [secret.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }]
        case .reversed: [bytes.reversed()]
        }
    }

    /// The digits that depend on `bytes` alone, with `offset` bytes before them in their group.
    private static func base64(_ bytes: [UInt8], behind offset: Int) -> [UInt8] {
        let count = offset + bytes.count
        let whole = Data([UInt8](repeating: 0, count: offset) + bytes).base64EncodedString()
        let first = (offset * 8 + 5) / 6
        return Array(Array(whole.utf8)[first..<(count * 8 / 6)])
    }

    private static func forURL(_ digit: UInt8) -> UInt8 {
        switch digit {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: digit
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }

    private static func percent(_ bytes: [UInt8], kept: String, blank: String?) -> [[UInt8]] {
        func encoded(_ byte: UInt8) -> String {
            let character = Character(UnicodeScalar(byte))
            if byte == 0x20, let blank { return blank }
            let isPlain = character.isASCII && (character.isLetter || character.isNumber)
            return isPlain || kept.contains(character)
                ? String(character) : "%" + hex(byte).uppercased()
        }
        let least = bytes.map(encoded)
        let lower = least.map { $0.hasPrefix("%") ? $0.lowercased() : $0 }
        let all = bytes.map { "%" + hex($0) }
        return [least, lower, all, all.map { $0.uppercased() }].map { Array($0.joined().utf8) }
    }

    private static func json(_ secret: String) -> [[UInt8]] {
        func escaped(_ scalar: UnicodeScalar, slashes: Bool) -> String {
            switch scalar {
            case "\"": return "\\\""
            case "\\": return "\\\\"
            case "/" where slashes: return "\\/"
            case _ where scalar.value < 0x20: return "\\u00" + hex(UInt8(scalar.value))
            default: return String(scalar)
            }
        }
        let scalars = secret.unicodeScalars
        let all = secret.utf16.map { "\\u" + hex(UInt8($0 >> 8)) + hex(UInt8($0 & 0xFF)) }
        return [
            scalars.map { escaped($0, slashes: false) }.joined(),
            scalars.map { escaped($0, slashes: true) }.joined(), all.joined(),
            all.map { "\\u" + $0.dropFirst(2).uppercased() }.joined(),
        ].map { Array($0.utf8) }
    }
}
