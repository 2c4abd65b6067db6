import RotationCore

/// What is wrong with a scalar, without the value where that may be a secret.
struct Complaint {
    let code: String
    let message: String
    let suggestion: String?

    private init(_ code: String, _ message: String, _ suggestion: String?) {
        self.code = code
        self.message = message
        self.suggestion = suggestion
    }

    /// Nil where `text` is spelled as `shape` wants it.
    init?(_ text: String, isPlain: Bool, shape: Shape) {
        guard let complaint = Self.about(text, isPlain: isPlain, shape: shape) else { return nil }
        self = complaint
    }

    private static func about(_ text: String, isPlain: Bool, shape: Shape) -> Complaint? {
        switch shape {
        case .text: Spelling.isText(text) ? nil : ofText(text)
        case .clientName, .name, .clientID: ofName(text, shape)
        case .integer(let minimum): ofInteger(text, isPlain: isPlain, minimum: minimum)
        case .boolean:
            isPlain && (text == "true" || text == "false")
                ? nil : Complaint("bad-boolean", "neither true nor false", "write true or false")
        case .span(let isPositive): ofSpan(text, isPositive: isPositive)
        case .window:
            Spelling.window(text) != nil
                ? nil
                : Complaint(
                    "bad-window", "\(text.shown) is no time of day",
                    "write from and to in UTC and in quotes: \"02:00-04:00\"")
        case .url: ofAddress(text)
        case .path:
            Spelling.isPath(text)
                ? nil
                : Complaint(
                    "bad-path", "this is no absolute path of a file",
                    "begin it with one slash, without . and .. and a slash at the end")
        case .reference: ofReference(text)
        case .choice(let words):
            words.contains(text)
                ? nil
                : Complaint(
                    "unknown-choice", "there is no \(text.shown)",
                    Nearest.hint(for: text, among: words))
        case .list, .group, .target: nil
        }
    }

    private static func ofText(_ text: String) -> Complaint {
        text.isEmpty
            ? Complaint("bad-text", "the text is empty", "fill it, or leave the key out")
            : Complaint("bad-text", "the text holds invisible characters", "type it again by hand")
    }

    private static func ofName(_ text: String, _ shape: Shape) -> Complaint? {
        switch shape {
        case .clientName where !Spelling.isClientName(text):
            Complaint(
                "bad-name", "\(text.shown) is no name for a client",
                "use up to 63 of a-z, 0-9, dot, dash and underscore, beginning with a-z or 0-9")
        case .name where !Spelling.isName(text):
            Complaint(
                "bad-name", "\(text.shown) is no name",
                "use up to 63 letters, digits, dots, dashes and underscores")
        case .clientID where !Spelling.isClientID(text):
            Complaint(
                "bad-client-id", "\(text.shown) is no client_id",
                "RFC 6749 Appendix A.1 allows visible ASCII characters and spaces between them")
        default: nil
        }
    }

    private static func ofInteger(_ text: String, isPlain: Bool, minimum: Int?) -> Complaint? {
        guard isPlain, Spelling.isInteger(text), let number = Int(text) else {
            return Complaint("bad-integer", "this is no whole number", "write digits, unquoted")
        }
        guard let minimum, number < minimum else { return nil }
        return Complaint("bad-integer", "\(number) is too small", "at least \(minimum)")
    }

    private static func ofSpan(_ text: String, isPositive: Bool) -> Complaint? {
        guard let span = Span(text) else {
            return Complaint(
                "bad-span", "\(text.shown) is no length of time",
                "write a number and ms, s, m, h or d: 90s, 4h, 30d")
        }
        if isPositive, span == .zero {
            return Complaint("bad-span", "\(text.shown) is no time at all", "more than 0s")
        }
        guard span > PlanGrammar.longest else { return nil }
        return Complaint("bad-span", "\(text.shown) is too long", "at most 3650d")
    }

    private static func ofAddress(_ text: String) -> Complaint? {
        do {
            try Address.check(text)
            return nil
        } catch {
            switch error {
            case .notAnAddress:
                return Complaint("bad-url", "this is no address", "https://host/path")
            case .notHTTPS:
                return Complaint(
                    "url-not-https", "only https, or http to a loopback address",
                    "write https://, or http://127.0.0.1 on this machine")
            case .holdsUserInfo:
                return Complaint(
                    "url-userinfo", "the address holds a user or a password (not shown)",
                    "take it out, and change the password if it was real")
            case .linkLocal:
                return Complaint(
                    "url-link-local", "a link-local address or a cloud's metadata service",
                    "write the server's own address")
            case .goesOn:
                return Complaint(
                    "bad-url", "the address holds a query or a fragment", "end it before the ? or #"
                )
            }
        }
    }

    /// A value without a known scheme is taken for the secret itself, and is not repeated.
    private static func ofReference(_ text: String) -> Complaint? {
        if Spelling.isReference(text) { return nil }
        let scheme = text.prefix { Spelling.isLower($0.utf8.first ?? 0) || $0 == "-" }
        let isSpelledAsReference = text.dropFirst(scheme.count).first == ":"
        if isSpelledAsReference, Spelling.schemes.contains(String(scheme)) {
            return Complaint(
                "bad-reference", "this \(scheme): reference is incomplete",
                "env:NAME, file:/absolute/path, vault:mount/path#field, systemd-credential:name, "
                    + "exec:/path/to/command")
        }
        if isSpelledAsReference,
            let match = Nearest.match(for: String(scheme), among: Spelling.schemes)
        {
            return Complaint(
                "bad-reference", "there is no such kind of reference", "did you mean \(match):?")
        }
        return Complaint(
            "inline-secret", "a reference to the secret is needed here, not the secret (not shown)",
            "write env:NAME or file:/path, and change the secret if it was real")
    }
}

extension Shape {
    /// What is needed, in words.
    var phrase: String {
        switch self {
        case .text: "text"
        case .clientName, .name: "a name"
        case .clientID: "a client_id"
        case .integer: "a whole number"
        case .boolean: "true or false"
        case .span: "a length of time"
        case .window: "a time of day"
        case .url: "an address"
        case .path: "a path"
        case .reference: "a reference"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .list: "a list"
        case .group, .target: "a mapping"
        }
    }

    /// Whether a bare `true` is a slip here: an editor would take it for a boolean.
    var isText: Bool {
        switch self {
        case .text, .clientID: true
        default: isName
        }
    }

    /// Whether a bare number is a slip here too.
    var isName: Bool {
        switch self {
        case .clientName, .name: true
        default: false
        }
    }
}
