/// The `resource` parameter of RFC 8707.
enum ResourceIndicator {
    /// Whether `text` is an absolute URI without a fragment, as §2 demands.
    ///
    /// RFC 3986 §4.3. A scheme of the web has a host, too.
    static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let first = parts[0].utf8.first, isLetter(first),
            parts[0].utf8.allSatisfy({ isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }),
            !parts[1].isEmpty, isSpelled(parts[1].utf8)
        else { return false }
        guard ["http", "https"].contains(parts[0].lowercased()) else { return true }
        let host = parts[1].dropFirst(2).utf8.prefix { !"/?".utf8.contains($0) }
        return parts[1].hasPrefix("//") && !host.isEmpty
    }

    /// Only characters of RFC 3986 §2, and `%` only before two hex digits; no `#`.
    private static func isSpelled(_ bytes: Substring.UTF8View) -> Bool {
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard rest.prefix(2).count == 2, rest.prefix(2).allSatisfy(isHexDigit) else {
                    return false
                }
            } else if !isLetter(byte), !isDigit(byte),
                !"-._~:/?[]@!$&'()*+,;=".utf8.contains(byte)
            {
                return false
            }
        }
        return true
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
