import RotationCore

/// What requests to Amazon Web Services are signed with.
struct AWSKeys: Sendable {
    /// Names the key; not a secret.
    let accessKeyID: String
    let secretAccessKey: ClientSecret
    /// What goes with temporary keys.
    let sessionToken: ClientSecret?
}

extension AWSKeys {
    /// The keys of `profile` in the text of a shared credentials file; nil where they aren't there.
    ///
    /// Sections in brackets, `name = value` below them, lines of `#` or `;` are comments. A later
    /// line of a profile replaces an earlier one, as with Amazon's own tools.
    init?(profile: String, in text: String) {
        var values: [Substring: String] = [:]
        var isInside = false
        for line in text.split(whereSeparator: \.isNewline) {
            let line = Self.trimmed(line)
            guard let first = line.first, first != "#", first != ";" else { continue }
            if first == "[" {
                isInside = line.last == "]" && Self.trimmed(line.dropFirst().dropLast()) == profile
            } else if isInside, let equals = line.firstIndex(of: "=") {
                let value = Self.trimmed(line[line.index(after: equals)...])
                values[Self.trimmed(line[..<equals])] = String(value)
            }
        }
        guard let id = values["aws_access_key_id"], !id.isEmpty,
            let secret = values["aws_secret_access_key"], !secret.isEmpty
        else { return nil }
        let token = values["aws_session_token"].flatMap { $0.isEmpty ? nil : ClientSecret($0) }
        self.init(accessKeyID: id, secretAccessKey: ClientSecret(secret), sessionToken: token)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
