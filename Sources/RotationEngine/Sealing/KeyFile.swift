import Foundation
public import RotationCore

/// What a key file holds: the sealing key, or one that somebody else must unwrap first.
///
/// Both are files of mode 0600. The first is a line, the second a JSON document:
/// `{"format": "holdover-wrapped-key-v1", "id": …, "keeper": {"type": …, …}, "wrapped": …}`.
public enum KeyFile: Sendable {
    /// The key itself.
    case plain(SealingKey)
    /// A key that its keeper unwraps.
    case wrapped(WrappedKey)

    /// Reads the key file at `path`; refuses one that others may read.
    public static func load(path: String) throws(SealingFailure) -> KeyFile {
        let bytes = try PrivateFile.read(path: path, limit: 16_384)
        guard bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{")
        else { return .plain(try SealingKey.load(path: path)) }
        guard let key = WrappedKey(document: bytes) else {
            throw SealingFailure(.keyUnreadable, "\(path) is not a holdover key file")
        }
        return .wrapped(key)
    }
}

/// A sealing key as its keeper wrapped it, which is of use to nobody but the keeper's callers.
public struct WrappedKey: Sendable, Hashable {
    /// Who unwraps it, by an adapter's type and its settings.
    public let keeper: TargetSettings
    /// The id of the key inside.
    public let id: String
    /// What the keeper made of it.
    public let wrapped: String

    private static let format = "holdover-wrapped-key-v1"

    /// `key`, of which its keeper made `wrapped`.
    public init(_ key: SealingKey, by keeper: TargetSettings, as wrapped: String) {
        (self.keeper, id, self.wrapped) = (keeper, key.id, wrapped)
    }

    /// Reads a document; nil where it isn't one.
    init?(document: [UInt8]) {
        guard let read = try? JSONDecoder().decode(Document.self, from: Data(document)),
            read.format == Self.format, let keeper = Self.keeper(read.keeper),
            !read.wrapped.isEmpty
        else { return nil }
        (self.keeper, id, wrapped) = (keeper, read.id, read.wrapped)
    }

    /// Who is to keep a key, from a JSON object with the adapter's type and its settings; nil where
    /// that isn't one.
    public static func keeper(document: [UInt8]) -> TargetSettings? {
        (try? JSONDecoder().decode([String: Spelled].self, from: Data(document))).flatMap(keeper)
    }

    /// The key, from what its keeper unwrapped; throws where that is another one.
    public func opened(as bytes: [UInt8]) throws(SealingFailure) -> SealingKey {
        let key = SealingKey(bytes: bytes)
        guard bytes.count == 32, key.id == id else {
            throw SealingFailure(.keyWrong, "what was unwrapped is not the key of this file")
        }
        return key
    }

    /// Writes a new file at `path`, mode 0600; never over an existing one.
    public func save(path: String) throws(SealingFailure) {
        var settings = keeper.values.mapValues(Spelled.init)
        settings["type"] = Spelled(value: .text(keeper.type))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document = Document(
            format: Self.format, id: id, keeper: settings, wrapped: wrapped)
        guard let bytes = try? encoder.encode(document) else {
            throw SealingFailure(.keyUnreadable, "the wrapped key can't be spelled")
        }
        try PrivateFile.create(path: path, contents: Array(bytes) + [0x0A])
    }

    private static func keeper(_ settings: [String: Spelled]) -> TargetSettings? {
        var values = settings.mapValues(\.value)
        guard case .text(let type)? = values.removeValue(forKey: "type") else { return nil }
        return TargetSettings(name: type, type: type, values: values)
    }

    private struct Document: Codable {
        let format: String
        let id: String
        let keeper: [String: Spelled]
        let wrapped: String
    }

    /// A setting as JSON has it: texts, and objects of them.
    private struct Spelled: Codable {
        let value: SettingValue

        init(value: SettingValue) { self.value = value }

        init(from decoder: any Decoder) throws {
            if let group = try? [String: Spelled](from: decoder) {
                value = .group(group.mapValues(\.value))
            } else {
                value = .text(try String(from: decoder))
            }
        }

        func encode(to encoder: any Encoder) throws {
            switch value {
            case .text(let text): try text.encode(to: encoder)
            case .list(let items): try items.map(Spelled.init).encode(to: encoder)
            case .group(let group): try group.mapValues(Spelled.init).encode(to: encoder)
            }
        }
    }
}
