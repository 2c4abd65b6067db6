import RotationCore

/// Where in a file's bytes the secret stands.
struct FileDocument: Sendable {
    /// What a file is.
    enum Format: String, Sendable, CaseIterable {
        /// Nothing but the secret, perhaps with a line end behind it.
        case raw
        case json
        case yaml
        case toml
        case dotenv
        case properties
        case ini
    }

    private enum Place: Sendable {
        case whole
        case field(any EditableDocument.Type, [String])
    }

    private let place: Place
    /// With whose name errors start.
    private let adapter: String

    /// Where the setting `name` says.
    init(_ settings: Settings, field name: String = "field") throws(AdapterError) {
        adapter = settings.adapter
        let format = try settings.choice("format", default: Format.raw)
        guard let type = format.document else {
            guard try settings.text(name) == nil else {
                throw settings.invalid(name, "has no meaning for raw")
            }
            place = .whole
            return
        }
        guard let path = format.path(of: try settings.requiredText(name)) else {
            throw settings.invalid(name, format.complaint)
        }
        place = .field(type, path)
    }

    /// Where an optional setting says; nil where it is left out.
    init?(_ settings: Settings, optionalField field: SettingDescriptor) throws(AdapterError) {
        guard try settings.text(field.name) != nil else { return nil }
        try self.init(settings, field: field.name)
    }

    /// The secret in `content`; nil where its place is empty or isn't there.
    func value(in content: [UInt8]) throws(AdapterError) -> ClientSecret? {
        let text = try understood { () throws(DocumentProblem) in
            switch place {
            case .whole: try Self.whole(content)
            case .field(let type, let path): try type.init(reading: content).text(at: path)
            }
        }
        guard let text, !text.isEmpty else { return nil }
        return ClientSecret(text)
    }

    /// `content` with the secret in its place; nil is a file that isn't there yet.
    func replacing(with secret: ClientSecret, in content: [UInt8]?) throws(AdapterError) -> [UInt8]
    {
        try understood { () throws(DocumentProblem) in
            try secret.withPlaintext { text throws(DocumentProblem) in
                switch place {
                case .whole: Array(text.utf8) + Self.lineEnd(of: content ?? [])
                case .field(let type, let path):
                    try type.init(reading: content ?? type.blank).setting(path, to: text)
                }
            }
        }
    }

    private func understood<Result>(
        _ body: () throws(DocumentProblem) -> Result
    ) throws(AdapterError) -> Result {
        do throws(DocumentProblem) {
            return try body()
        } catch {
            throw AdapterError(
                .refused, code: "\(adapter)-\(error.code)", message: "\(adapter): \(error.reason)")
        }
    }

    private static func lineEnd(of content: [UInt8]) -> [UInt8] {
        guard content.last == UInt8(ascii: "\n") else { return [] }
        return content.dropLast().last == UInt8(ascii: "\r") ? Array("\r\n".utf8) : [0x0A]
    }

    private static func whole(_ content: [UInt8]) throws(DocumentProblem) -> String {
        let value = content.dropLast(lineEnd(of: content).count)
        guard let text = String(validating: value, as: UTF8.self) else {
            throw .malformed("the file is not UTF-8")
        }
        return text
    }
}

// MARK: - Formats

extension FileDocument.Format {
    /// What reads such a file; nil for one that is nothing but the secret.
    fileprivate var document: (any EditableDocument.Type)? {
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
    fileprivate func path(of field: String) -> [String]? {
        switch self {
        case .raw: nil
        case .json, .yaml, .toml: Self.steps(field)
        case .dotenv: [field]
        case .properties: field.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? [field] : nil
        case .ini: Self.sectionAndKey(field)
        }
    }

    /// What is wrong with a `field` that is no path.
    fileprivate var complaint: String {
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
