import RotationCore

/// Where in a file's bytes the secret stands.
struct FileDocument: Sendable {
    /// What a file is.
    enum Format: String, Sendable, CaseIterable {
        /// Nothing but the secret, perhaps with a line end behind it.
        case raw
        case json
        case dotenv
    }

    private enum Place: Sendable {
        case whole
        case json(JSONField)
        case variable(String)
    }

    private let place: Place

    /// Where the setting `name` says.
    init(_ settings: Settings, field name: String = "field") throws(AdapterError) {
        let field = try settings.text(name)
        switch try settings.choice("format", default: Format.raw) {
        case .raw:
            guard field == nil else { throw settings.invalid(name, "has no meaning for raw") }
            place = .whole
        case .json:
            let path = try settings.requiredText(name)
            place = .json(try settings.field(path, of: name, in: "the file"))
        case .dotenv:
            place = .variable(try settings.requiredText(name))
        }
    }

    /// Where an optional setting says; nil where it is left out.
    init?(_ settings: Settings, optionalField field: SettingDescriptor) throws(AdapterError) {
        guard try settings.text(field.name) != nil else { return nil }
        try self.init(settings, field: field.name)
    }

    /// The secret in `content`; nil where its place is empty or isn't there.
    func value(in content: [UInt8]) throws(AdapterError) -> ClientSecret? {
        let text: String?
        switch place {
        case .whole: text = try Self.whole(content)
        case .json(let field): text = try field.text(in: content)
        case .variable(let name):
            text = try Self.dotenv { () throws(DotenvDocument.Malformed) in
                let document = try DotenvDocument(content)
                guard let found = try document.assignment(of: name) else { return nil }
                return try document.value(of: found)
            }
        }
        guard let text, !text.isEmpty else { return nil }
        return ClientSecret(text)
    }

    /// `content` with the secret in its place; nil is a file that isn't there yet.
    func replacing(with secret: ClientSecret, in content: [UInt8]?) throws(AdapterError) -> [UInt8]
    {
        try secret.withPlaintext { text throws(AdapterError) in
            switch place {
            case .whole: Array(text.utf8) + Self.lineEnd(of: content ?? [])
            case .json(let field):
                try field.replacing(with: text, in: content ?? Array("{}\n".utf8))
            case .variable(let name): try Self.dotenv(name, text, in: content ?? [])
            }
        }
    }

    private static func refused(_ code: String, _ reason: String) -> AdapterError {
        AdapterError(.refused, code: "file-\(code)", message: "file: \(reason)")
    }
}

// MARK: - Raw

extension FileDocument {
    private static func lineEnd(of content: [UInt8]) -> [UInt8] {
        guard content.last == UInt8(ascii: "\n") else { return [] }
        return content.dropLast().last == UInt8(ascii: "\r") ? Array("\r\n".utf8) : [0x0A]
    }

    private static func whole(_ content: [UInt8]) throws(AdapterError) -> String {
        let value = content.dropLast(lineEnd(of: content).count)
        guard let text = String(validating: value, as: UTF8.self) else {
            throw refused("malformed", "the file is not UTF-8")
        }
        return text
    }
}

// MARK: - Dotenv

extension FileDocument {
    private static func dotenv(_ name: String, _ text: String, in content: [UInt8])
        throws(AdapterError) -> [UInt8]
    {
        let changed = try dotenv { () throws(DotenvDocument.Malformed) in
            let document = try DotenvDocument(content)
            guard let found = try document.assignment(of: name) else {
                return document.adding(name, text)
            }
            return document.replacing(found, with: text)
        }
        guard let changed else {
            throw refused(
                "unrepresentable", "the secret can't be written with the quotes around it")
        }
        return changed
    }

    private static func dotenv<Result>(
        _ body: () throws(DotenvDocument.Malformed) -> Result
    ) throws(AdapterError) -> Result {
        do throws(DotenvDocument.Malformed) {
            return try body()
        } catch {
            switch error {
            case .quoting(let line):
                throw refused(
                    "malformed", "a quote in line \(line) is not closed, or not at its end")
            case .repeated: throw refused("ambiguous", "the variable is there twice")
            case .ambiguous: throw refused("ambiguous", "the value has an escape of many meanings")
            }
        }
    }
}
