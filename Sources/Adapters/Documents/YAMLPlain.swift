/// What readers make of a YAML scalar without quotes.
///
/// Versions 1.1 and 1.2 differ, and readers from both, so a plain scalar counts as text only where
/// all of them take it for that.
enum YAMLPlain {
    /// Whether every reader takes it for nothing.
    static func isNothing(_ text: String) -> Bool {
        ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// Whether every reader takes it for text.
    static func isText(_ text: String) -> Bool {
        let words = [
            "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<",
        ]
        return !words.contains(text.lowercased()) && !isNumber(text) && !isDate(text)
    }

    /// Whether it can be written without quotes anywhere.
    ///
    /// Narrower than the grammar: what is left out gets quotes, and no reader has to be right about
    /// a `#` or a `:` in the middle.
    static func isSafe(_ text: String) -> Bool {
        guard let first = text.utf8.first, isWordy(first) else { return false }
        return text.utf8.allSatisfy { isWordy($0) || "./+=~-".utf8.contains($0) } && isText(text)
    }

    private static func isWordy(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Integers in four bases, sexagesimals, floats, infinities; underscores and signs as in 1.1.
    private static func isNumber(_ text: String) -> Bool {
        var rest = text.lowercased().utf8.filter { $0 != UInt8(ascii: "_") }[...]
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        if [".inf", ".nan", "inf", "nan"].contains(where: { rest.elementsEqual($0.utf8) }) {
            return true
        }
        if rest.count > 2, rest.first == UInt8(ascii: "0") {
            let digits = rest.dropFirst(2)
            switch rest[rest.startIndex + 1] {
            case UInt8(ascii: "x"):
                return digits.allSatisfy { isDigit($0) || (0x61...0x66).contains($0) }
            case UInt8(ascii: "o"): return digits.allSatisfy { (0x30...0x37).contains($0) }
            case UInt8(ascii: "b"): return digits.allSatisfy { (0x30...0x31).contains($0) }
            default: break
            }
        }
        let parts = rest.split(separator: UInt8(ascii: "e"), omittingEmptySubsequences: false)
        guard let mantissa = parts.first, parts.count < 3, mantissa.contains(where: isDigit),
            mantissa.allSatisfy({ isDigit($0) || $0 == 0x2E || $0 == 0x3A })
        else { return false }
        guard var exponent = parts.dropFirst().first else { return true }
        if let sign = exponent.first, sign == 0x2B || sign == 0x2D { exponent.removeFirst() }
        return !exponent.isEmpty && exponent.allSatisfy(isDigit)
    }

    /// `2001-12-14`, alone or with a time behind it.
    private static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, (1...2).contains(parts[1].utf8.count),
            parts[0].utf8.allSatisfy(isDigit), parts[1].utf8.allSatisfy(isDigit)
        else { return false }
        let day = parts[2].utf8.prefix(while: isDigit)
        guard (1...2).contains(day.count) else { return false }
        let behind = parts[2].utf8.dropFirst(day.count).first
        return behind == nil || "Tt \t".utf8.contains(behind ?? 0)
    }
}
