import Foundation
import GRDB
public import RotationCore

/// A rotation's row, not yet read as JSON, so that this can be done off the only connection.
///
/// Columns go by place: they are read for every rotation that moves.
struct RotationColumns: Sendable {
    let id, client, state, planDigest: String
    let phase, reason, detail, oldCredential, newCredential: String?
    let started, next: Int64
    let ended: Int64?
    let body, plan: Data

    init(row: Row) throws {
        id = try row.cell(0)
        client = try row.cell(1)
        state = try row.cell(2)
        phase = try row.cell(3)
        reason = try row.cell(4)
        detail = try row.cell(5)
        oldCredential = try row.cell(9)
        newCredential = try row.cell(10)
        planDigest = try row.cell(11)
        started = try row.cell(6)
        next = try row.cell(7)
        ended = try row.cell(8)
        body = try row.cell(12)
        plan = try row.cell(13)
    }
}

/// A rotation as its row has it.
extension Rotation {
    static let columns = """
        r.id, r.client, r.state, r.phase, r.reason, r.detail, r.started_at, r.next_at, r.ended_at,
        r.old_credential, r.new_credential, r.plan_digest, r.body, p.body AS plan_body
        """
    static let source = "rotation r JOIN plan p ON p.digest = r.plan_digest"

    init(row: Row, plans: PlanMemo = PlanMemo()) throws {
        try self.init(RotationColumns(row: row), plans)
    }

    init(_ columns: RotationColumns, _ plans: PlanMemo) throws {
        self.init(
            id: RotationID(rawValue: columns.id), client: ClientName(rawValue: columns.client),
            plan: try plans.plan(from: columns.plan),
            planDigest: columns.planDigest,
            startedAt: Instant(milliseconds: columns.started), trigger: "")
        body = try JSONDecoder().decode(RotationBody.self, from: columns.body)
        state = try Rotation.state(named: columns.state, phase: columns.phase)
        reason = columns.reason.flatMap(Reason.init(rawValue:))
        detail = columns.detail
        nextAt = Instant(milliseconds: columns.next)
        endedAt = columns.ended.map(Instant.init(milliseconds:))
        oldCredential = columns.oldCredential.map(CredentialID.init(rawValue:))
        newCredential = columns.newCredential.map(CredentialID.init(rawValue:))
    }

    static func state(named name: String, phase: String?) throws -> RotationState {
        switch (name, phase.flatMap(Phase.init(rawValue:))) {
        case ("running", let phase?): return .running(phase)
        case ("held", let phase?): return .held(phase)
        case ("completed", nil): return .completed
        case ("abandoned", nil): return .abandoned
        default: throw JournalFailure(.damaged, "a rotation is in no state that is known")
        }
    }

    /// The name of the state, as the journal and `--json` have it.
    public var stateName: String {
        switch state {
        case .running: "running"
        case .held: "held"
        case .completed: "completed"
        case .abandoned: "abandoned"
        }
    }

    func insert(_ database: Database) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try database.cachedStatement(
            sql: "INSERT INTO plan (digest, body) VALUES (?, ?) ON CONFLICT DO NOTHING"
        ).execute(arguments: [planDigest, String(decoding: encoder.encode(plan), as: UTF8.self)])
        try database.cachedStatement(
            sql: """
                INSERT INTO rotation (state, phase, reason, detail, next_at, ended_at,
                    old_credential, new_credential, plan_digest, body, client, started_at, id)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: try arguments(encodedBody()) + [
                client.rawValue, startedAt.milliseconds, id.rawValue,
            ])
    }

    func update(_ database: Database, body: String) throws {
        try database.cachedStatement(
            sql: """
                UPDATE rotation SET state = ?, phase = ?, reason = ?, detail = ?, next_at = ?,
                    ended_at = ?, old_credential = ?, new_credential = ?, plan_digest = ?, body = ?
                WHERE id = ?
                """
        ).execute(arguments: arguments(body) + [id.rawValue])
        guard database.changesCount == 1 else {
            throw JournalFailure(.ruleBroken, "rotation \(id.rawValue) is not in the journal")
        }
    }

    /// The particulars as the row keeps them: the same bytes for the same particulars, so that a
    /// row that stays as it is costs no write.
    func encodedBody() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(body), as: UTF8.self)
    }

    private func arguments(_ body: String) -> StatementArguments {
        [
            stateName, state.phase?.rawValue, reason?.rawValue, detail, nextAt.milliseconds,
            endedAt?.milliseconds, oldCredential?.rawValue, newCredential?.rawValue, planDigest,
            body,
        ]
    }
}
