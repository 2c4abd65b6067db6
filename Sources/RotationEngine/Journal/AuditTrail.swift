import Crypto
import Foundation
import GRDB
public import RotationCore

/// The end of the audit's hash chain, inside one transaction.
///
/// Each line's hash is SHA-256 over the hash before it and the line's own fields, each with its
/// length in front. An edited, dropped, swapped or inserted line breaks the chain at that line.
struct AuditTrail {
    private(set) var sequence: Int64
    private(set) var head: Data

    static let beginning = Data(repeating: 0, count: 32)

    init(_ database: Database) throws {
        let last = try Row.fetchOne(
            database.cachedStatement(
                sql: "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1"))
        sequence = try last?.cell(0) ?? 0
        head = try last?.cell(1) ?? Self.beginning
    }

    mutating func append(
        _ event: AuditEvent, client: ClientName?, rotation: RotationID?, epoch: Int64, at: Instant,
        _ database: Database
    ) throws {
        try append(
            event.event, event.spelledFacts, client: client, rotation: rotation, epoch: epoch,
            at: at, database)
    }

    /// Appends a line whose facts are spelled already.
    mutating func append(
        _ event: String, _ facts: String, client: ClientName?, rotation: RotationID?, epoch: Int64,
        at: Instant, _ database: Database
    ) throws {
        let line = AuditLine(
            sequence: sequence + 1, at: at, epoch: epoch,
            client: (client?.rawValue).map(Self.storable),
            rotation: (rotation?.rawValue).map(Self.storable), event: Self.storable(event),
            body: facts)
        head = line.hash(after: head)
        sequence = line.sequence
        try database.cachedStatement(
            sql: """
                INSERT INTO audit (sequence, at, epoch, client, rotation, event, body, hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            line.sequence, at.milliseconds, epoch, line.client, line.rotation, line.event,
            line.body, head,
        ])
    }

    /// SQLite ends a text at a NUL, and the hash must be over what is stored.
    private static func storable(_ text: String) -> String {
        text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
    }
}

extension AuditEvent {
    /// The facts as a JSON object with sorted keys (RFC 8259 §7 for the escapes).
    var spelledFacts: String {
        var text: [UInt8] = [UInt8(ascii: "{")]
        for (key, value) in facts.sorted(by: { $0.key < $1.key }) {
            if text.count > 1 { text.append(UInt8(ascii: ",")) }
            Self.spell(key, into: &text)
            text.append(UInt8(ascii: ":"))
            Self.spell(value, into: &text)
        }
        text.append(UInt8(ascii: "}"))
        return String(decoding: text, as: UTF8.self)
    }

    private static func spell(_ word: String, into text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in word.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: text += Array("\\u00\(Hex.string([byte]))".utf8)
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}

/// A line of the audit as it is stored and exported.
public struct AuditLine: Sendable, Hashable, Codable {
    /// Counts from 1 without gaps.
    public let sequence: Int64
    /// When.
    public let at: Instant
    /// Which run.
    public let epoch: Int64
    /// Whose.
    public let client: String?
    /// Of which rotation.
    public let rotation: String?
    /// What happened.
    public let event: String
    /// Particulars, as canonical JSON.
    public let body: String

    /// The hash of this line behind a line with the hash `previous`.
    func hash(after previous: Data) -> Data {
        let fields = [
            "\(sequence)", "\(at.milliseconds)", "\(epoch)", client, rotation, event, body,
        ]
        return Self.hash(fields.map { $0.map { Data($0.utf8) } }, after: previous)
    }

    /// The hash over the fields' bytes, in the order in which they are stored.
    ///
    /// Each has its length in front; the length of no value is one that no value can have.
    static func hash(_ fields: [Data?], after previous: Data) -> Data {
        var hash = SHA256()
        hash.update(data: Data("holdover.audit.v1".utf8))
        hash.update(data: previous)
        for field in fields {
            let length = field.map { UInt64($0.count) } ?? .max
            withUnsafeBytes(of: length.bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: field ?? Data())
        }
        return Data(hash.finalize())
    }
}
