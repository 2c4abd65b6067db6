/// Text from a plan or a server as a part of a URL: all but unreserved characters escaped
/// (RFC 3986 §2.3); and parts of a URL that are the same in other spellings.
enum URLPart {
    /// One segment of a path, or a value of a query.
    static func segment(_ text: String) -> String { escaped(text, keeping: "-._~") }

    /// Several segments with the slashes between them.
    static func path(_ text: String) -> String { escaped(text, keeping: "-._~/") }

    /// `url` without the port that its scheme has anyway (RFC 3986 §6.2.3).
    static func withoutUsualPort(_ url: String) -> String {
        guard let separator = url.firstRange(of: "://") else { return url }
        let authority = url[separator.upperBound...].prefix { !"/?#".contains($0) }
        let usual = url[..<separator.lowerBound].lowercased() == "https" ? ":443" : ":80"
        guard authority.hasSuffix(usual) else { return url }
        let start = url[..<separator.upperBound] + authority.dropLast(usual.count)
        return String(start + url[authority.endIndex...])
    }

    private static func escaped(_ text: String, keeping plain: String) -> String {
        let isPlain = { (byte: UInt8) in
            plain.utf8.contains(byte) || (0x30...0x39).contains(byte)
                || (0x61...0x7A).contains(byte | 0x20)
        }
        if text.utf8.allSatisfy(isPlain) { return text }
        return text.utf8.map { byte in
            guard !isPlain(byte) else { return String(UnicodeScalar(byte)) }
            let hex = String(byte, radix: 16, uppercase: true)
            return hex.count == 1 ? "%0\(hex)" : "%\(hex)"
        }.joined()
    }
}
