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
    /// With `known`, a head kept elsewhere, a chain that no longer passes through it is damaged too:
    /// it was cut off, or made anew.
    public func verifyAudit(through known: String? = nil) throws -> AuditVerdict {
        try reading { database in
            var head = AuditTrail.beginning
            var isKnownMissing = known != nil
            var expected: Int64 = 1
            let rows = try Row.fetchCursor(database, sql: Self.auditSQL + " ORDER BY sequence")
            while let row = try rows.next() {
                let line = AuditLine(row: row)
                if line.sequence != expected {
                    return verdict(
                        expected - 1, head, "line \(expected) is missing or out of order")
                }
                let hash = line.hash(after: head)
                if hash != row["hash"] as Data {
                    return verdict(expected - 1, head, "line \(expected) was altered")
                }
                head = hash
                expected += 1
                if let known, Hex.string(hash) == known { isKnownMissing = false }
            }
            let cut = "it doesn't hold the given head; its end was cut off or made anew"
            return verdict(expected - 1, head, isKnownMissing ? cut : nil)
        }
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

    private func verdict(_ lines: Int64, _ head: Data, _ damage: String?) -> AuditVerdict {
        AuditVerdict(lines: lines, head: Hex.string(head), damage: damage)
    }
}

extension AuditLine {
    init(row: Row) {
        sequence = row["sequence"]
        at = Instant(milliseconds: row["at"])
        epoch = row["epoch"]
        client = row["client"]
        rotation = row["rotation"]
        event = row["event"]
        body = row["body"]
    }
}
