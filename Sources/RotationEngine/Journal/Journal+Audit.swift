import Foundation
import GRDB
public import RotationCore

/// What a reading of the whole audit came to.
public struct AuditVerdict: Sendable, Hashable {
    /// How many lines were read.
    public let lines: Int64
    /// The hash of the last line that fits, in hex: compare it with one kept elsewhere.
    public let head: String
    /// The first line that doesn't fit, and in what way; nil where all do.
    public let damage: String?
}

extension Journal {
    /// Reads the audit from its beginning and checks every line against the chain.
    ///
    /// With `known`, a head kept elsewhere, a chain that no longer passes through it is damaged
    /// too: it was cut off, or made anew.
    public func verifyAudit(through known: String? = nil) throws -> AuditVerdict {
        try reading { try AuditVerdict(readFrom: $0, through: known) }
    }

    /// The audit's lines, of one rotation or of all, oldest first.
    public func auditLines(of rotation: RotationID? = nil) throws -> [AuditLine] {
        try reading { database in
            let clause = rotation == nil ? "" : " WHERE rotation = ?"
            return try Row.fetchAll(
                database, sql: Self.auditSQL + clause + " ORDER BY sequence",
                arguments: rotation.map { [$0.rawValue] } ?? []
            ).map(AuditLine.init(row:))
        }
    }

    private static let auditSQL = """
        SELECT sequence, at, epoch, client, rotation, event, body, hash FROM audit
        """
}

extension AuditVerdict {
    /// The bytes are hashed as they are stored: text would end at a NUL and hide what is behind it.
    init(readFrom database: Database, through known: String? = nil) throws {
        let columns = ["sequence", "at", "epoch", "client", "rotation", "event", "body", "hash"]
        let casts = columns.map { "CAST(\($0) AS BLOB)" }.joined(separator: ", ")
        let rows = try Row.fetchCursor(
            database, sql: "SELECT \(casts) FROM audit ORDER BY sequence")
        var head = AuditTrail.beginning
        var lines: Int64 = 0
        var damage: String?
        var isKnownMissing = known != nil
        while damage == nil, let row = try rows.next() {
            let fields: [Data?] = columns.indices.map { row[$0] }
            let number = lines + 1
            let hash = AuditLine.hash(fields.dropLast(), after: head)
            if fields[0] != Data("\(number)".utf8) {
                damage = "line \(number) is missing or out of order"
            } else if fields.last != hash {
                damage = "line \(number) was altered"
            } else {
                (head, lines) = (hash, number)
                if let known, Hex.string(hash) == known { isKnownMissing = false }
            }
        }
        if damage == nil, isKnownMissing {
            damage = "it doesn't hold the given head; its end was cut off or made anew"
        }
        self.init(lines: lines, head: Hex.string(head), damage: damage)
    }
}

extension AuditLine {
    init(row: Row) throws {
        sequence = try row.cell("sequence")
        at = Instant(milliseconds: try row.cell("at"))
        epoch = try row.cell("epoch")
        client = try row.cell("client")
        rotation = try row.cell("rotation")
        event = try row.cell("event")
        body = try row.cell("body")
    }
}
