/// An address to which secrets may be sent: https, or http to a loopback literal.
///
/// RFC 6749 §2.3.1 and §3.2 require TLS for client secrets. The *name* `localhost` isn't a loopback
/// literal: what it resolves to is somebody else's decision.
struct ServerAddress {
    /// Scheme, host and port, in lower case: what must not change from request to request.
    let origin: String

    /// Nil where it is something else, has a user, a query or a fragment.
    init?(_ address: String) {
        let allowed = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        guard allowed, !address.contains(where: { "@?#".contains($0) }),
            let separator = address.firstRange(of: "://")
        else { return nil }
        let scheme = address[..<separator.lowerBound].lowercased()
        let authority = address[separator.upperBound...].prefix { $0 != "/" }.lowercased()
        let host = Self.host(of: authority)
        guard !host.isEmpty else { return nil }
        switch scheme {
        case "https": break
        case "http": guard Self.isLoopback(host) else { return nil }
        default: return nil
        }
        origin = "\(scheme)://\(authority)"
    }

    private static func host(of authority: String) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return String(authority[...end])
        }
        return String(authority.prefix { $0 != ":" })
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { UInt8($0) != nil && $0.allSatisfy(\.isNumber) }
    }
}
