import RotationCore

/// Where in a document that somebody else wrote one text stands.
struct DocumentPlace: Sendable {
    private enum Place: Sendable {
        /// All of it.
        case whole
        /// All of it but a line end behind it.
        case line
        case field(any EditableDocument.Type, [String])
    }

    private let place: Place
    /// With whose name errors start.
    private let adapter: String
    /// The path, so that places of one format can be compared; nil for the whole of a document.
    let path: [String]?

    /// In a document of a format, where the setting `name` says.
    init(_ settings: Settings, in format: DocumentFormat, field name: String) throws(AdapterError) {
        adapter = settings.adapter
        guard let type = format.document else {
            guard try settings.text(name) == nil else {
                throw settings.invalid(name, "has no meaning for raw")
            }
            (place, path) = (.line, nil)
            return
        }
        guard let path = format.path(of: try settings.requiredText(name)) else {
            throw settings.invalid(name, format.complaint)
        }
        place = .field(type, path)
        self.path = format.normalized(path)
    }

    /// The same where a setting says; nil where it is left out.
    init?(_ settings: Settings, in format: DocumentFormat, optional field: SettingDescriptor)
        throws(AdapterError)
    {
        guard try settings.text(field.name) != nil else { return nil }
        try self.init(settings, in: format, field: field.name)
    }

    /// The whole of a document, to the byte.
    init(wholeFor adapter: String) {
        (place, path) = (.whole, nil)
        self.adapter = adapter
    }

    /// The text in `content`; nil where its place is empty or isn't there.
    func value(in content: [UInt8]) throws(AdapterError) -> ClientSecret? {
        let text = try understood { () throws(DocumentProblem) in
            switch place {
            case .whole: try Self.text(content[...])
            case .line: try Self.text(content.dropLast(Self.lineEnd(of: content).count))
            case .field(let type, let path): try type.init(reading: content).text(at: path)
            }
        }
        guard let text, !text.isEmpty else { return nil }
        return ClientSecret(text)
    }

    /// `content` with the text in its place; nil is a document that isn't there yet.
    func replacing(with secret: ClientSecret, in content: [UInt8]?) throws(AdapterError) -> [UInt8]
    {
        try understood { () throws(DocumentProblem) in
            try secret.withPlaintext { text throws(DocumentProblem) in
                switch place {
                case .whole: Array(text.utf8)
                case .line: Array(text.utf8) + Self.lineEnd(of: content ?? [])
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

    private static func text(_ content: ArraySlice<UInt8>) throws(DocumentProblem) -> String {
        guard let text = String(validating: content, as: UTF8.self) else {
            throw .malformed("the document is not UTF-8")
        }
        return text
    }
}
