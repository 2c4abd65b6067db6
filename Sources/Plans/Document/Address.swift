/// An address to which secrets may go: https, or http to a loopback literal.
///
/// Parsed by hand and narrowly: what this refuses and a URL library would take is what an attacker
/// would write.
struct Address {
    /// What is wrong with an address.
    enum Complaint: Error {
        case notAnAddress, notHTTPS, holdsUserInfo, goesOn, linkLocal
    }

    /// The pattern of the same rule for editors.
    static let pattern =
        #"^(https://(?!"# + closed
        + #")([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"#
        + #"|http://(127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|\[::1\]))"#
        + #"(:[0-9]{1,5})?(/[!"$-;=A-\[\]-~<>]*)?$"#

    /// Link-local addresses and the metadata services of clouds; the transport refuses them too,
    /// in every spelling and behind every name.
    private static let closed =
        #"169\.254\.|100\.100\.100\.200(?![A-Za-z0-9.-])|\[[Ff][Ee][89ABab]"#
        + #"|\[[Ff][Dd]00:0?[Ee][Cc]2::0?254\]"#

    /// Checks `text`, which is never shown: it may hold a password.
    static func check(_ text: String) throws(Complaint) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .notAnAddress }
        guard let separator = text.firstRange(of: "://") else { throw .notAnAddress }
        let scheme = text[..<separator.lowerBound]
        let rest = text[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !rest.contains("@") else { throw .holdsUserInfo }
        guard !rest.contains(where: { "?#\\".contains($0) }) else { throw .goesOn }
        let (host, port) = split(authority)
        if let port { try check(port: port) }
        switch scheme {
        case "https":
            guard isHost(host) else { throw .notAnAddress }
            guard !isClosed(host.lowercased()) else { throw .linkLocal }
        case "http":
            guard isLoopback(host) else { throw .notHTTPS }
        default: throw .notHTTPS
        }
    }

    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        let end = authority.lastIndex(of: "]") ?? authority.startIndex
        guard let colon = authority[end...].firstIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    private static func check(port: Substring) throws(Complaint) {
        guard (1...5).contains(port.utf8.count), port.utf8.allSatisfy(Spelling.isDigit),
            let number = Int(port), (1...65_535).contains(number)
        else { throw .notAnAddress }
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.hasPrefix("[") {
            let inner = host.dropFirst().dropLast()
            return host.hasSuffix("]") && !inner.isEmpty
                && inner.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        let isWordy = { (byte: UInt8) in
            Spelling.isLower(byte) || Spelling.isUpper(byte) || Spelling.isDigit(byte)
        }
        guard let first = host.utf8.first, let last = host.utf8.last else { return false }
        return isWordy(first) && isWordy(last)
            && host.utf8.allSatisfy { isWordy($0) || $0 == 0x2D || $0 == 0x2E }
    }

    private static func isClosed(_ host: String) -> Bool {
        host.hasPrefix("169.254.") || host == "100.100.100.200"
            || ["[fe8", "[fe9", "[fea", "[feb"].contains { host.hasPrefix($0) }
            || ["[fd00:ec2::254]", "[fd00:0ec2::254]", "[fd00:ec2::0254]", "[fd00:0ec2::0254]"]
                .contains(host)
    }

    private static func isLoopback(_ host: Substring) -> Bool {
        if host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy {
                (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy(Spelling.isDigit)
                    && Int($0).map { $0 < 256 } ?? false
            }
    }
}
