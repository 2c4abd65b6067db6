import Foundation
import GRDB
import RotationCore

@testable import Adapters
@testable import RotationEngine

extension FuzzTarget {
    /// Rows of the audit: what was written verifies, and what anybody changed doesn't.
    static let audit = FuzzTarget("audit") { bytes in
        let fields = bytes.split(separator: 0x1F, maxSplits: 3, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        do {
            return try scratch.get().write { try tamper(fields, bytes.first ?? 0, $0) }
        } catch { return "the audit can't be written: \(error)" }
    }

    /// An audit without the triggers and types of the journal, so that rows can be anything.
    private static let scratch = Result {
        let queue = try DatabaseQueue()
        try queue.write { database in
            try database.execute(
                sql: "CREATE TABLE audit (sequence, at, epoch, client, rotation, event, body, hash)"
            )
        }
        return queue
    }

    private static func tamper(_ fields: [String], _ choice: UInt8, _ database: Database) throws
        -> String?
    {
        try database.cachedStatement(sql: "DELETE FROM audit").execute()
        var trail = try AuditTrail(database)
        for (index, text) in fields.enumerated() {
            let event = AuditEvent(text, ["\(text)\(index)": "a", "b": fields[0]])
            guard (try? JSONDocument(Array(event.spelledFacts.utf8))) != nil else {
                return "the facts aren't JSON: \(event.spelledFacts.debugDescription)"
            }
            try trail.append(
                event, client: ClientName(rawValue: text), rotation: nil, epoch: 1,
                at: Instant(milliseconds: Int64(index)), database)
        }
        let whole = try AuditVerdict(readFrom: database)
        guard whole.damage == nil else { return "a fresh audit is damaged: \(whole)" }
        let columns = ["at", "epoch", "client", "rotation", "event", "body", "hash"]
        let column = columns[Int(choice) % columns.count]
        let forged = [
            fields.last.map { DatabaseValue(value: $0) } ?? .null, .null,
            fields[0].databaseValue, Data(fields[0].utf8).databaseValue, 1.databaseValue,
        ]
        let value = forged[Int(choice / 8) % forged.count]
        let clause = "sequence = 1 AND CAST(\(column) AS BLOB) IS NOT CAST(? AS BLOB)"
        try database.cachedStatement(sql: "UPDATE audit SET \(column) = ? WHERE \(clause)")
            .execute(arguments: [value, value])
        let isChanged = database.changesCount > 0
        let verdict = try AuditVerdict(readFrom: database)
        if isChanged == (verdict.damage == nil) { return "changed: \(isChanged), but \(verdict)" }
        for row in try Row.fetchAll(database, sql: "SELECT * FROM audit") {
            _ = try? AuditLine(row: row)
        }
        return nil
    }

    /// Sealed records: only the very bytes that were sealed open.
    static let seals = FuzzTarget("seals") { bytes in
        let opened = try? sealer.open(
            bytes, rotation: rotation, client: client, role: .new)
        if opened != nil, bytes != record { return "a forged record opens" }
        var bent = record
        for (index, byte) in bytes.prefix(record.count).enumerated() { bent[index] ^= byte }
        let again = try? sealer.open(bent, rotation: rotation, client: client, role: .new)
        return (again != nil) == (bent == record) ? nil : "a bent record opens"
    }

    private static let rotation = RotationID(rawValue: "01M84J54AF9DJDSMFASM1JKMJ6")
    private static let client = ClientName(rawValue: "billing-api")
    private static let sealer = Sealer(
        key: SealingKey(bytes: [UInt8](repeating: 7, count: 32)), database: "fuzz")
    private static let record =
        (try? sealer.seal(
            ClientSecret("a secret"), rotation: rotation, client: client, role: .new)) ?? []
}
