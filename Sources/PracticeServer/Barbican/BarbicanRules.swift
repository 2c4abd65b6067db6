import Foundation

/// What Barbican lets be made and listed, as a real 23.0.0 answered; where it takes what it
/// doesn't know, this is the stricter.
enum BarbicanRules {
    /// How many bytes a payload may have, in Base64 where it is sent so: the standard setting.
    static let cap = 20_000
    private static let types: Set = [
        "symmetric", "passphrase", "private", "public", "certificate", "opaque",
    ]
    private static let members: Set = [
        "name", "payload", "payload_content_type", "payload_content_encoding", "secret_type",
        "algorithm", "mode", "bit_length", "expiration",
    ]

    /// The secret that a request asks for.
    static func secret(
        _ body: [String: JSONValue], by creator: String, at now: Milliseconds, _ created: Int64
    ) throws(BarbicanError) -> BarbicanStoredSecret {
        if let other = body.keys.first(where: { !members.contains($0) }) {
            throw .schema("Additional properties are not allowed", other)
        }
        let texts = body.filter { $0.key != "bit_length" }
        if let wrong = texts.first(where: { $0.value.string == nil || !isShort($0) }) {
            throw .schema("is not of type 'string'", wrong.key)
        }
        let type = body["secret_type"]?.string ?? "opaque"
        guard types.contains(type) else { throw .schema("is not one of [...]", "secret_type") }
        let bits = body["bit_length"]?.integer
        guard body["bit_length"] == nil || (1...32_767).contains(bits ?? 0) else {
            throw .schema("is not of type 'integer'", "bit_length")
        }
        let expiration = try body["expiration"]?.string.map { text throws(BarbicanError) in
            try Self.expiration(text, at: now)
        }
        var secret = BarbicanStoredSecret(
            name: Self.stripped(body["name"]?.string ?? ""), created: created, type: type,
            algorithm: body["algorithm"]?.string, mode: body["mode"]?.string, bitLength: bits,
            expiration: expiration, creator: creator)
        (secret.contentType, secret.payload) = try payload(body)
        return secret
    }

    private static func isShort(_ member: (key: String, value: JSONValue)) -> Bool {
        member.key == "payload" || (member.value.string?.count ?? 0) <= 255
    }

    private static func payload(_ body: [String: JSONValue])
        throws(BarbicanError) -> (String?, Data?)
    {
        let type = body["payload_content_type"]?.string
        guard let payload = body["payload"]?.string else {
            guard type == nil else {
                throw .schema(
                    "payload must be provided when payload_content_type is specified", "payload")
            }
            return (nil, nil)
        }
        guard let type else {
            throw .schema(
                "If 'payload' is supplied, 'payload_content_type' must also be supplied.",
                "payload_content_type")
        }
        let isText = type.lowercased().hasPrefix("text/plain")
        guard isText || type == "application/octet-stream" else {
            throw .schema("payload_content_type is not one of [...]", "payload_content_type")
        }
        guard body["payload_content_encoding"]?.string == (isText ? nil : "base64") else {
            throw .schema(
                "payload_content_encoding is not one of "
                    + (isText ? "None" : "['base64', 'binary']"), "payload_content_encoding")
        }
        guard payload.utf8.count <= cap else { throw .tooLarge }
        // Whatever is at the ends is cut off.
        let kept = stripped(payload)
        guard !kept.isEmpty else {
            throw .schema("If 'payload' specified, must be non empty", "payload")
        }
        guard !isText else { return ("text/plain", Data(kept.utf8)) }
        guard let bytes = Data(base64Encoded: kept) else {
            throw .schema("Invalid payload for payload_content_encoding", "payload")
        }
        return (type, bytes)
    }

    private static func stripped(_ text: String) -> String {
        text.trimmingCharacters(
            in: .whitespacesAndNewlines.union(CharacterSet(charactersIn: "\u{1C}"..."\u{1F}")))
    }

    private static func expiration(_ text: String, at now: Milliseconds)
        throws(BarbicanError) -> (text: String, end: Milliseconds)
    {
        let whole = text.prefix(19)
        let date = try? Date("\(whole)Z", strategy: .iso8601)
        guard let date, text.dropFirst(19).allSatisfy({ $0.isNumber || ".Z".contains($0) }) else {
            throw .schema("Invalid date for 'expiration'", "expiration")
        }
        let end = Milliseconds(date.timeIntervalSince1970 * 1_000)
        guard end > now else {
            throw .schema("'expiration' is before current time", "expiration")
        }
        return (String(whole), end)
    }

    /// Whether SQL's LIKE finds `name` with `pattern`.
    static func isLike(_ name: String, _ pattern: String) -> Bool {
        var expression = "^"
        for character in pattern {
            switch character {
            case "%": expression += ".*"
            case "_": expression += "."
            default: expression += NSRegularExpression.escapedPattern(for: String(character))
            }
        }
        return name.range(
            of: expression + "$", options: [.regularExpression, .caseInsensitive]) != nil
    }
}
