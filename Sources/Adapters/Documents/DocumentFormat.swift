/// What a document is, and how a setting names a place in it.
enum DocumentFormat: String, Sendable, CaseIterable {
    /// Nothing but the secret, perhaps with a line end behind it.
    case raw
    case json
    case yaml
    case toml
    case dotenv
    case properties
    case ini
}

extension DocumentFormat {
    /// What reads such a document; nil for one that is nothing but the secret.
    var document: (any EditableDocument.Type)? {
        switch self {
        case .raw: nil
        case .json: JSONDocument.self
        case .yaml: YAMLDocument.self
        case .toml: TOMLDocument.self
        case .dotenv: DotenvDocument.self
        case .properties: PropertiesDocument.self
        case .ini: INIDocument.self
        }
    }

    /// The path that a `field` stands for; nil where it is none.
    func path(of field: String) -> [String]? {
        switch self {
        case .raw: nil
        case .json, .yaml, .toml: Self.steps(field)
        case .dotenv: [field]
        case .properties: field.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? [field] : nil
        case .ini: Self.sectionAndKey(field)
        }
    }

    /// A path as it is the same in every spelling that means the same place.
    func normalized(_ path: [String]) -> [String] {
        // Names of INI that differ only in case count as the same.
        self == .ini ? path.map { $0.lowercased() } : path
    }

    /// What is wrong with a `field` that is no path.
    var complaint: String {
        switch self {
        case .raw, .json, .yaml, .toml, .dotenv: "is neither a dotted path nor a JSON pointer"
        case .properties: "is not the name of a property, in ASCII and without blanks"
        case .ini: "is neither section.key, a key without a section nor /section/key"
        }
    }

    /// The steps of `a.b.c`, or of a JSON pointer such as `/a~1b/c` (RFC 6901).
    private static func steps(_ field: String) -> [String]? {
        guard field.hasPrefix("/") else {
            let steps = field.split(separator: ".", omittingEmptySubsequences: false)
            return steps.contains("") ? nil : steps.map(String.init)
        }
        return field.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            // The order matters: RFC 6901 §4.
            String($0.replacing("~1", with: "/").replacing("~0", with: "~"))
        }
    }

    /// `section.key` up to the last dot, or a pointer where the key has dots itself.
    private static func sectionAndKey(_ field: String) -> [String]? {
        guard !field.hasPrefix("/") else {
            let steps = steps(field) ?? []
            return (1...2).contains(steps.count) && steps.allSatisfy(isName) ? steps : nil
        }
        guard let dot = field.lastIndex(of: ".") else { return isName(field) ? [field] : nil }
        let steps = [String(field[..<dot]), String(field[field.index(after: dot)...])]
        return steps.allSatisfy(isName) ? steps : nil
    }

    /// Whether a name can stand in an INI file: no sign or bracket, no blank at its ends.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix(" ") && !name.hasSuffix(" ")
            && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && !"=:[]".utf8.contains($0) }
            && !name.hasPrefix(";") && !name.hasPrefix("#")
    }
}
