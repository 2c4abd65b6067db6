import FoundationEssentials
import RotationCore

/// What Barbican tells of a secret, without what it holds.
struct BarbicanSecret: Decodable, Sendable {
    /// What a payload may be, as far as it can hold a client secret.
    enum Form: String, Sendable {
        /// Sent as it is, without the white space at its ends.
        case text = "text/plain"
        /// Sent in Base64, and kept to the byte.
        case bytes = "application/octet-stream"
    }

    /// `https://…/v1/secrets/{id}`.
    let reference: String
    let name: String?
    /// When it was made, in UTC and without saying so: `2026-11-27T22:01:16.902911`.
    let created: String
    let status: String?
    /// `passphrase` or `opaque`, for example.
    let type: String?
    let algorithm: String?
    let mode: String?
    let bitLength: Int?
    let expiration: String?
    /// Who said that they use this very secret; nil where the service doesn't tell.
    let consumers: [Consumer]?
    private let contentTypes: [String: String]?

    /// A service that uses the secret by its reference.
    struct Consumer: Decodable, Sendable {
        let service: String?
    }

    private enum CodingKeys: String, CodingKey {
        case name, created, status, algorithm, mode, expiration, consumers
        case reference = "secret_ref"
        case type = "secret_type"
        case bitLength = "bit_length"
        case contentTypes = "content_types"
    }

    /// The id, by which it is read; nil where the reference isn't one.
    var id: String? { Self.id(of: reference) }

    /// What it holds; nil where it holds nothing, or something else.
    var form: Form? { contentTypes?["default"].flatMap(Form.init) }

    /// Whether anything was put into it.
    var isFilled: Bool { contentTypes?["default"] != nil }

    /// Whether its moment is of whole seconds, as with databases that keep no more.
    var isCoarse: Bool { !created.contains(".") }

    /// The moment at which it was made; nil where that can't be read.
    var moment: Instant? { Instant(rfc3339: "\(created)Z") }

    /// The id at the end of a reference.
    static func id(of reference: String) -> String? {
        let parts = reference.split(separator: "/", omittingEmptySubsequences: false).suffix(3)
        guard parts.count == 3, parts.prefix(2).elementsEqual(["v1", "secrets"]),
            let id = parts.last, id.utf8.count == 36,
            id.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) || isHex($0) })
        else { return nil }
        return String(id)
    }

    private static func isHex(_ byte: UInt8) -> Bool { (0x61...0x66).contains(byte | 0x20) }

    /// The body of the request that makes a secret like this one, with `payload`: nothing else can
    /// be changed afterwards.
    func successor(named name: String, holding payload: String, as form: Form) -> [UInt8] {
        var members = [
            Self.member("name", name),
            Self.member(
                "payload",
                form == .text ? payload : Data(payload.utf8).base64EncodedString()),
            Self.member("payload_content_type", form.rawValue),
        ]
        if form == .bytes { members.append(Self.member("payload_content_encoding", "base64")) }
        let kept = [
            ("secret_type", type), ("algorithm", algorithm), ("mode", mode),
            ("expiration", expiration),
        ]
        members += kept.compactMap { name, value in value.map { Self.member(name, $0) } }
        if let bitLength { members.append(Array(#""bit_length":\#(bitLength)"#.utf8)) }
        return Array("{".utf8) + members.joined(separator: Array(",".utf8)) + Array("}".utf8)
    }

    private static func member(_ name: String, _ value: String) -> [UInt8] {
        JSONDocument.literal(name) + Array(":".utf8) + JSONDocument.literal(value)
    }
}
