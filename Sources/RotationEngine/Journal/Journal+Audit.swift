import Foundation
import GRDB
public import RotationCore

/// What a reading of the whole audit came to.
public struct AuditVerdict: Sendable, Hashable {
    /// In which way an audit is not what it was.
    public enum Fault: String, Sendable, Hashable, Codable, CaseIterable {
        /// A line's bytes are others, or the line before it was exchanged with its hash.
        case altered
        /// A line is gone, and those behind it are still there.
        case missing
        /// A line stands where another belongs.
        case outOfOrder = "out-of-order"
        /// The end is gone.
        case truncated
        /// The chain is whole but is another one than the checkpoint's.
        case mismatch = "checkpoint-mismatch"
        /// Nobody who has the key signed the checkpoint.
        case badSignature = "bad-signature"
    }
    /// How many lines were read.
    public let lines: Int64
    /// The hash of the last line that fits, in hex: compare it with one kept elsewhere.
    public let head: String
    /// What is wrong; nil where all lines fit.
    public let fault: Fault?
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

    /// Checks every line, that `checkpoint` was signed by `key`, and that the chain passes through
    /// it.
    public func verifyAudit(against checkpoint: Checkpoint, signedBy key: CheckpointKey) throws
        -> AuditVerdict
    {
        guard checkpoint.isSigned(by: key) else {
            return AuditVerdict(
                lines: 0, head: "", fault: .badSignature,
                damage: "the checkpoint was not signed by key \(key.id), or was altered since")
        }
        let verdict = try reading {
            try AuditVerdict(
                readFrom: $0, through: checkpoint.head, at: checkpoint.sequence)
        }
        guard verdict.damage == nil, checkpoint.databaseID != databaseID else { return verdict }
        return AuditVerdict(
            lines: verdict.lines, head: verdict.head, fault: .mismatch,
            damage: "the checkpoint is of another journal, \(checkpoint.databaseID)")
    }

    /// The audit's lines, of one rotation or of all, oldest first.
    public func auditLines(of rotation: RotationID? = nil) throws -> [AuditLine] {
        try reading { database in
            let clause = rotation == nil ? "" : " WHERE rotation = ?"
            return try Row.fetchAll(
                database.cachedStatement(sql: Self.auditSQL + clause + " ORDER BY sequence"),
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
    ///
    /// `known` is a head that must be passed, at line `place` where that is given.
    init(readFrom database: Database, through known: String? = nil, at place: Int64? = nil) throws {
        var reading = AuditReading()
        let columns = AuditReading.columns
        let casts = columns.map { "CAST(\($0) AS BLOB)" }.joined(separator: ", ")
        let rows = try Row.fetchCursor(
            database.cachedStatement(sql: "SELECT \(casts) FROM audit ORDER BY sequence"))
        var isPassed = known == nil || place == 0 && known == reading.spelledHead
        while let row = try rows.next() {
            let fields: [Data?] = columns.indices.map { row[$0] }
            guard reading.fault == nil, reading.take(fields) else {
                reading.look(at: fields)
                continue
            }
            let isThere = place == nil || place == reading.lines
            if let known, isThere, reading.spelledHead == known { isPassed = true }
        }
        var (fault, damage) = (reading.fault, reading.damage)
        if fault == nil, !isPassed { (fault, damage) = reading.miss(at: place) }
        self.init(
            lines: reading.lines, head: reading.spelledHead, fault: fault, damage: damage)
    }
}

extension AuditLine {
    init(row: Row) throws {
        sequence = try row.cell(0)
        at = Instant(milliseconds: try row.cell(1))
        epoch = try row.cell(2)
        client = try row.cell(3)
        rotation = try row.cell(4)
        event = try row.cell(5)
        body = try row.cell(6)
    }
}
