import FoundationEssentials

extension ClientAuthentication {
    /// How the secret may stand in an answer that repeats the request; the longest first.
    var spellings: [String] {
        guard let secret, !secret.isEmpty else { return [] }
        let encoded = FormEncoding.encode(secret)
        let pairs = [
            "\(clientID):\(secret)", "\(FormEncoding.encode(clientID)):\(encoded)",
        ]
        // What fills it up at the end tells nothing.
        let basic = pairs.map { Data($0.utf8).base64EncodedString().prefix { $0 != "=" } }
        return basic.map(String.init) + [encoded, encoded.lowercasedEscapes, secret]
    }
}

extension String {
    /// `%2f` in place of `%2F`.
    fileprivate var lowercasedEscapes: String {
        let parts = split(separator: "%", omittingEmptySubsequences: false)
        return ([parts[0]] + parts.dropFirst().map { $0.prefix(2).lowercased() + $0.dropFirst(2) })
            .joined(separator: "%")
    }
}
