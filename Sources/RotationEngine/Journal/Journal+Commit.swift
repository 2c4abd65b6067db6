import Foundation
import GRDB
import RotationCore

/// One entry on its way into a shared transaction, with everything spelled out that can be before
/// it has the only connection for itself.
struct PendingEntry: Sendable {
    let entry: JournalEntry
    let rotation: RotationID
    let client: ClientName
    let epoch: Int64
    let at: Instant
    fileprivate let body: Result<String, any Error>
    fileprivate let facts: [String]

    init(
        _ entry: JournalEntry, rotation: RotationID, client: ClientName, epoch: Int64, at: Instant
    ) {
        self.entry = entry
        self.rotation = rotation
        self.client = client
        self.epoch = epoch
        self.at = at
        body = Result { try entry.rotation?.encodedBody() ?? "" }
        facts = entry.audit.map(\.spelledFacts)
    }

    /// Whether an effect follows it: it holds an intent, and was kept.
    fileprivate func letsAct(by result: Result<JournalReceipt, JournalFailure>) -> Bool {
        guard case .success = result else { return false }
        return entry.opened != nil
    }
}

extension Journal {
    /// Commits `entries` in one transaction, each kept or refused by itself; one fsync for all.
    ///
    /// Where that let anybody act, the anchor is told before they hear of it.
    func commit(_ entries: [PendingEntry]) async throws -> [Result<JournalReceipt, JournalFailure>]
    {
        let transaction: @Sendable (Database) throws -> [Result<JournalReceipt, JournalFailure>] = {
            [anchor, databaseID] database in
            let (results, trail) = try database.writing { try Self.apply(entries, database) }
            let intent = zip(entries, results).first { $0.letsAct(by: $1) }
            if let anchor, let (entry, _) = intent {
                try anchor.advance(to: trail.anchor(of: databaseID, epoch: entry.epoch))
            }
            return results
        }
        do {
            if isInMemory {
                return try onThisThread { try $0.writeWithoutTransaction(transaction) }
            }
            return try await queue.writeWithoutTransaction(transaction)
        } catch let error as DatabaseError {
            throw JournalFailure(error)
        }
    }

    private static func apply(_ entries: [PendingEntry], _ database: Database) throws
        -> ([Result<JournalReceipt, JournalFailure>], AuditTrail)
    {
        var trail = try AuditTrail(database)
        let results = try entries.map { pending -> Result<JournalReceipt, JournalFailure> in
            let before = trail
            do {
                return .success(
                    try database.apart {
                        try checkFence(pending.epoch, database)
                        return try write(pending, &trail, database)
                    })
            } catch let failure as JournalFailure {
                trail = before
                return .failure(failure)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
                trail = before
                return .failure(JournalFailure(error))
            }
        }
        return (results, trail)
    }

    /// Throws where a run later than that of `epoch` has taken over: invariant 9.
    static func checkFence(_ epoch: Int64, _ database: Database) throws {
        guard try database.epoch() == epoch else {
            throw JournalFailure(.fenced, "a later run has taken over")
        }
    }

    private static func write(
        _ pending: PendingEntry, _ trail: inout AuditTrail, _ database: Database
    ) throws -> JournalReceipt {
        let (entry, id) = (pending.entry, pending.rotation.rawValue)
        for number in entry.answered {
            try database.cachedStatement(sql: "UPDATE request SET applied_at = ? WHERE number = ?")
                .execute(arguments: [pending.at.milliseconds, number])
        }
        var receipt = JournalReceipt()
        receipt.requests = try Request.open(of: pending.rotation, database)
        if entry.yieldsToRequests, !receipt.requests.isEmpty {
            throw JournalFailure(.busy, "somebody asked something of the rotation meanwhile")
        }
        for closed in entry.closed { try close(closed, at: pending.at, database) }
        if let rotation = entry.rotation {
            try rotation.update(database, body: try pending.body.get())
        }
        for sealed in entry.sealed { try seal(sealed, of: id, at: pending.at, database) }
        if entry.shreds {
            try database.cachedStatement(sql: "DELETE FROM sealed_secret WHERE rotation = ?")
                .execute(arguments: [id])
        }
        for evidence in entry.evidence { try evidence.upsert(of: id, database) }
        try pending.client.note(notices: entry.notices, database)
        try pending.client.note(addresses: entry.addresses, database)
        if let operation = entry.opened {
            receipt.operation = try open(operation, pending, database)
        }
        if let due = entry.nextDue { try due.update(database) }
        for (event, facts) in zip(entry.audit, pending.facts) {
            try trail.append(
                event.event, facts, client: pending.client, rotation: pending.rotation,
                epoch: pending.epoch,
                at: pending.at, database)
        }
        return receipt
    }

    private static func open(
        _ operation: RotationCore.Operation, _ pending: PendingEntry, _ database: Database
    ) throws -> Int64 {
        try database.cachedStatement(
            sql: """
                INSERT INTO operation (rotation, phase, kind, target, label, epoch, intent_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            operation.rotation.rawValue, operation.phase.rawValue, operation.kind.rawValue,
            operation.target, operation.label, pending.epoch, pending.at.milliseconds,
        ])
        return database.lastInsertedRowID
    }

    private static func close(_ closed: ClosedOperation, at moment: Instant, _ database: Database)
        throws
    {
        try database.cachedStatement(
            sql: """
                UPDATE operation SET outcome = ?, outcome_at = ?, detail = ?
                WHERE number = ? AND outcome IS NULL
                """
        ).execute(arguments: [
            closed.outcome.rawValue, moment.milliseconds, closed.detail, closed.number,
        ])
    }

    private static func seal(
        _ sealed: SealedRecord, of rotation: String, at moment: Instant, _ database: Database
    ) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO sealed_secret (rotation, role, record, sealed_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (rotation, role) DO UPDATE SET record = excluded.record,
                    sealed_at = excluded.sealed_at
                """
        ).execute(arguments: [
            rotation, sealed.role.rawValue, Data(sealed.record), moment.milliseconds,
        ])
    }
}

extension Evidence {
    func upsert(of rotation: String, _ database: Database) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO evidence
                    (rotation, consumer, source, verdict, detail, reported_at, taken_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (rotation, consumer) DO UPDATE SET source = excluded.source,
                    verdict = excluded.verdict, detail = excluded.detail,
                    reported_at = excluded.reported_at, taken_at = excluded.taken_at
                """
        ).execute(arguments: [
            rotation, consumer, source.rawValue, verdict.rawValue, detail,
            reportedAt?.milliseconds, takenAt.milliseconds,
        ])
    }
}

extension NextDue {
    func update(_ database: Database) throws {
        try database.cachedStatement(
            sql: """
                UPDATE client SET due_at = ?,
                    last_completed_at = coalesce(?, last_completed_at) WHERE name = ?
                """
        ).execute(arguments: [at?.milliseconds, completedAt?.milliseconds, client.rawValue])
    }
}

extension Request {
    static func open(of rotation: RotationID, _ database: Database) throws -> [Request] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT number, kind, words, made_at FROM request
                WHERE rotation = ? AND applied_at IS NULL ORDER BY number
                """)
        return try Row.fetchAll(statement, arguments: [rotation.rawValue]).compactMap { row in
            guard let kind = Kind(rawValue: try row.cell("kind")) else { return nil }
            return try Request(
                number: row.cell("number"), rotation: rotation, kind: kind,
                words: row.cell("words"), madeAt: Instant(milliseconds: row.cell("made_at")))
        }
    }
}
