/// Scopes as RFC 6749 §3.3 writes them: words with spaces between.
enum Scopes {
    /// The words; their order means nothing.
    static func set(_ text: String) -> Set<String> {
        Set(text.split(separator: " ").map(String.init))
    }

    /// Whether all the characters are ones that a scope may have.
    static func isAllowed(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
    }
}
