import RotationCore

/// Typed reading of a target's settings, which the plan reader has checked against the descriptor.
///
/// What is read here is checked again where it matters, since a plan can come from the journal too.
struct Settings: Sendable {
    /// The adapter's type, with which every error starts.
    let adapter: String
    private let values: [String: SettingValue]
    private let prefix: String

    init(_ target: TargetSettings) {
        self.init(adapter: target.type, values: target.values, prefix: "")
    }

    private init(adapter: String, values: [String: SettingValue], prefix: String) {
        self.adapter = adapter
        self.values = values
        self.prefix = prefix
    }

    /// The text behind `name`; nil where the plan has none.
    func text(_ name: String) throws(AdapterError) -> String? {
        switch values[name] {
        case nil: return nil
        case .text(let text): return text
        case .list, .group: throw invalid(name, "is not a text")
        }
    }

    /// The text behind `name`.
    func requiredText(_ name: String) throws(AdapterError) -> String {
        guard let text = try text(name), !text.isEmpty else { throw invalid(name, "is missing") }
        return text
    }

    /// `true` or `false`.
    func boolean(_ name: String, default standard: Bool) throws(AdapterError) -> Bool {
        switch try text(name) {
        case nil: return standard
        case "true": return true
        case "false": return false
        default: throw invalid(name, "is neither true nor false")
        }
    }

    /// A length of time such as `30s`.
    func span(_ name: String, default standard: Span) throws(AdapterError) -> Span {
        guard let text = try text(name) else { return standard }
        guard let span = Span(text), span > .zero else {
            throw invalid(name, "is not a length of time such as 30s")
        }
        return span
    }

    /// One of the words that `Choice` knows.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, default standard: Choice
    ) throws(AdapterError) -> Choice where Choice.RawValue == String {
        guard let text = try text(name) else { return standard }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw invalid(name, "is none of \(words)")
        }
        return choice
    }

    /// A list of texts; nil where the plan has none.
    func texts(_ name: String) throws(AdapterError) -> [String]? {
        guard let value = values[name] else { return nil }
        guard case .list(let items) = value else { throw invalid(name, "is not a list") }
        var texts: [String] = []
        for item in items {
            guard case .text(let text) = item else { throw invalid(name, "is not a list of texts") }
            texts.append(text)
        }
        return texts
    }

    /// A command and its arguments: a name that is looked up, or an absolute path, and no NUL.
    func command() throws(AdapterError) -> [String] {
        guard let command = try texts("command"), let first = command.first, !first.isEmpty,
            first.hasPrefix("/") || !first.contains("/"),
            !command.contains(where: { $0.utf8.contains(0) })
        else { throw invalid("command", "is neither a name nor an absolute path") }
        return command
    }

    /// An absolute path without `.`, `..` or NUL.
    func absolutePath(_ name: String) throws(AdapterError) -> String {
        let path = try requiredText(name)
        let parts = path.split(separator: "/")
        guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.utf8.contains(0),
            !parts.isEmpty, !parts.contains(".."), !parts.contains(".")
        else { throw invalid(name, "is not an absolute path of a file") }
        return path
    }

    /// An address of a server: https, or http to a loopback literal; no user, query or fragment.
    ///
    /// A slash at the end is dropped.
    func address(_ name: String) throws(AdapterError) -> String? {
        guard var address = try text(name) else { return nil }
        while address.hasSuffix("/") { address.removeLast() }
        guard ServerAddress(address) != nil else {
            throw invalid(name, "is not an https address (http only to 127.0.0.1 or [::1])")
        }
        return address
    }

    /// An address of a server.
    func requiredAddress(_ name: String) throws(AdapterError) -> String {
        guard let address = try address(name) else { throw invalid(name, "is missing") }
        return address
    }

    /// The settings below `name`; nil where the plan has none.
    func group(_ name: String) throws(AdapterError) -> Settings? {
        guard let value = values[name] else { return nil }
        guard case .group(let inner) = value else { throw invalid(name, "is not a group") }
        return Settings(adapter: adapter, values: inner, prefix: "\(prefix)\(name).")
    }

    /// The settings below `name`.
    func requiredGroup(_ name: String) throws(AdapterError) -> Settings {
        guard let group = try group(name) else { throw invalid(name, "is missing") }
        return group
    }

    /// Where a secret is; nil where the plan has none.
    func reference(_ name: String) throws(AdapterError) -> SecretReference? {
        guard let text = try text(name) else { return nil }
        guard let reference = SecretReference(text) else {
            // The text isn't repeated: somebody may have put the secret itself there.
            throw invalid(name, "is not a reference such as env:NAME or file:/path")
        }
        return reference
    }

    /// Where a secret is.
    func requiredReference(_ name: String) throws(AdapterError) -> SecretReference {
        guard let reference = try reference(name) else { throw invalid(name, "is missing") }
        return reference
    }

    /// Refuses a setting that means the same place as one before it; nil is none.
    ///
    /// Else the one value would be written over the other.
    func refuseSamePlace(_ places: [(name: String, place: (some Hashable)?)])
        throws(AdapterError)
    {
        for (index, later) in places.enumerated() where later.place != nil {
            guard let same = places[..<index].first(where: { $0.place == later.place }) else {
                continue
            }
            throw invalid(later.name, "is the same place as \(prefix)\(same.name)")
        }
    }

    /// The refusal of a setting; `reason` goes on after the setting's name.
    func invalid(_ name: String, _ reason: String) -> AdapterError {
        AdapterError(
            .refused, code: "\(adapter)-setting-invalid",
            message: "\(adapter): setting \(prefix)\(name) \(reason)")
    }
}
