import Foundation

/// The readable parts of a JWT in its compact form (RFC 7515 §3.1); nothing is verified.
struct DecodedToken {
    let header: [String: JSONNode]
    let claims: [String: JSONNode]

    /// nil for whatever isn't one, such as an encrypted token.
    init?(_ token: String) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]),
            let claims = Self.object(parts[1])
        else { return nil }
        (self.header, self.claims) = (header, claims)
    }

    private static func object(_ part: Substring) -> [String: JSONNode]? {
        guard part.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") }) else {
            return nil
        }
        let usual = part.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - usual.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: usual + padding) else { return nil }
        return try? JSONDecoder().decode([String: JSONNode].self, from: data)
    }
}
