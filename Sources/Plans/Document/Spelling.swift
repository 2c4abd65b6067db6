import RotationCore

/// How the scalars of a plan are spelled.
///
/// Each rule stands beside the pattern that the JSON Schema
/// gives to editors; a test holds the two together.
enum Spelling {
    /// Control, bidi and zero-width characters, which show one thing and mean another.
    ///
    /// Tab and line feed are text.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0x00...0x1F, 0x7F...0x9F, 0xAD, 0x61C, 0x180E: true
        case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F: true
        case 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
        default: false
        }
    }

    /// Something visible, and nothing invisible.
    static func isText(_ text: String) -> Bool {
        !text.isEmpty && !text.unicodeScalars.contains(where: isInvisible)
    }
    static let text =
        #"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f"#
        + #"\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+$"#

    /// A client's name: safe in paths, in shells and in log lines.
    static func isClientName(_ text: String) -> Bool {
        isName(text, first: { isLower($0) || isDigit($0) })
            && text.utf8.allSatisfy { !isUpper($0) }
    }
    static let clientName = "^[a-z0-9][a-z0-9._-]{0,62}$"

    /// The name of a target or a consumer.
    static func isName(_ text: String) -> Bool {
        isName(text, first: { isLower($0) || isDigit($0) || isUpper($0) })
    }
    static let name = "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"

    /// Visible ASCII and spaces, the latter not at the ends (RFC 6749 Appendix A.1).
    static func isClientID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return (1...256).contains(bytes.count) && bytes.allSatisfy { (0x20...0x7E).contains($0) }
            && bytes.first != 0x20 && bytes.last != 0x20
    }
    static let clientID = "^[!-~]([ -~]{0,254}[!-~])?$"

    /// A whole number in decimal digits.
    static func isInteger(_ text: String) -> Bool {
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
        guard digits.count + 1 >= text.utf8.count, !digits.isEmpty, digits.allSatisfy(isDigit)
        else { return false }
        return Int(text) != nil && (digits.count == 1 || digits.first != UInt8(ascii: "0"))
    }

    /// What YAML's core schema takes for a number.
    static func isNumber(_ text: String) -> Bool {
        let unsigned =
            text.utf8.first.map { "+-".utf8.contains($0) } == true ? text.dropFirst() : text[...]
        if unsigned.hasPrefix("0x") { return Int(unsigned.dropFirst(2), radix: 16) != nil }
        if unsigned.hasPrefix("0o") { return Int(unsigned.dropFirst(2), radix: 8) != nil }
        if [".inf", ".nan"].contains(unsigned.lowercased()) { return true }
        let starts = unsigned.utf8.first.map { isDigit($0) || $0 == UInt8(ascii: ".") } ?? false
        return starts && unsigned.utf8.allSatisfy { isDigit($0) || ".eE+-".utf8.contains($0) }
            && Double(unsigned.hasSuffix(".") ? unsigned + "0" : unsigned) != nil
    }

    /// A number and a unit: `30s`.
    static let span = "^[0-9]+(ms|s|m|h|d)$"
    /// The same, and not zero.
    static let positiveSpan = "^0*[1-9][0-9]*(ms|s|m|h|d)$"

    /// A path from the root of the file system, without `.`, `..` and empty steps.
    static func isPath(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        return text.utf8.first == UInt8(ascii: "/") && isText(text)
            && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }
    static let path = #"^(/(?!\.{1,2}(/|$))[^/]+)+$"#

    /// What refers to a secret without being one.
    static let schemes = ["env", "file", "vault", "systemd-credential", "exec"]

    /// `env:NAME`, `file:/path`, `vault:mount/path#field`, `systemd-credential:name`,
    /// `exec:/path argument`.
    static func isReference(_ text: String) -> Bool {
        guard isText(text), let colon = text.firstIndex(of: ":") else { return false }
        let rest = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "env":
            return rest.utf8.allSatisfy { isLower($0) || isUpper($0) || isDigit($0) || $0 == 0x5F }
                && rest.utf8.first.map { !isDigit($0) } ?? false
        case "file": return isPath(rest)
        case "vault":
            let parts = rest.split(separator: "#", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty else { return false }
            let steps = parts[0].split(separator: "/", omittingEmptySubsequences: false)
            return steps.count > 1 && steps.allSatisfy { !$0.isEmpty }
        case "systemd-credential":
            return !rest.isEmpty && rest != "." && rest != ".." && !rest.contains("/")
        case "exec": return rest.utf8.first == UInt8(ascii: "/") && rest.utf8.count > 1
        default: return false
        }
    }
    static let reference =
        #"^(env:[A-Za-z_][A-Za-z0-9_]*|file:(/(?!\.{1,2}(/|$))[^/]+)+|"#
        + #"vault:[^/#]+(/[^/#]+)+#[^#]+|systemd-credential:(?!\.{1,2}$)[^/]+|exec:/.+)$"#

    /// `02:00-04:00`: from and to as minutes after midnight.
    static func window(_ text: String) -> (from: Int, to: Int)? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(minutes)
        guard ends.count == 2, let from = ends[0], let to = ends[1], from != to else { return nil }
        return (from, to)
    }
    static let window = "^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$"

    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(isDigit) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    private static func isName(_ text: String, first: (UInt8) -> Bool) -> Bool {
        let bytes = Array(text.utf8)
        guard let head = bytes.first, first(head), bytes.count <= 63 else { return false }
        return bytes.allSatisfy {
            isLower($0) || isUpper($0) || isDigit($0) || [0x2D, 0x2E, 0x5F].contains($0)
        }
    }

    static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

extension String {
    /// The text in quotes, made harmless and cut off where it is long.
    var shown: String { "\"\(safeText(self, limit: 60))\"" }
}
