import Foundation
import GRDB
public import RotationCore

/// A rotation as its row has it.
extension Rotation {
    static let columns = """
        r.id, r.client, r.state, r.phase, r.reason, r.detail, r.started_at, r.next_at, r.ended_at,
        r.old_credential, r.new_credential, r.plan_digest, r.body, p.body AS plan_body
        """
    static let source = "rotation r JOIN plan p ON p.digest = r.plan_digest"

    init(row: Row) throws {
        let decoder = JSONDecoder()
        let planBody: Data = row["plan_body"]
        let body: Data = row["body"]
        self.init(
            id: RotationID(rawValue: row["id"]), client: ClientName(rawValue: row["client"]),
            plan: try decoder.decode(Plan.self, from: planBody), planDigest: row["plan_digest"],
            startedAt: Instant(milliseconds: row["started_at"]), trigger: "")
        self.body = try decoder.decode(RotationBody.self, from: body)
        state = try Rotation.state(named: row["state"], phase: row["phase"])
        reason = (row["reason"] as String?).flatMap(Reason.init(rawValue:))
        detail = row["detail"]
        nextAt = Instant(milliseconds: row["next_at"])
        endedAt = (row["ended_at"] as Int64?).map(Instant.init(milliseconds:))
        oldCredential = (row["old_credential"] as String?).map(CredentialID.init(rawValue:))
        newCredential = (row["new_credential"] as String?).map(CredentialID.init(rawValue:))
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
        ).execute(arguments: try arguments() + [client.rawValue, startedAt.milliseconds, id.rawValue])
    }

    func update(_ database: Database) throws {
        try database.cachedStatement(
            sql: """
                UPDATE rotation SET state = ?, phase = ?, reason = ?, detail = ?, next_at = ?,
                    ended_at = ?, old_credential = ?, new_credential = ?, plan_digest = ?, body = ?
                WHERE id = ?
                """
        ).execute(arguments: try arguments() + [id.rawValue])
        guard database.changesCount == 1 else {
            throw JournalFailure(.ruleBroken, "rotation \(id.rawValue) is not in the journal")
        }
    }

    private func arguments() throws -> StatementArguments {
        let body = String(decoding: try JSONEncoder().encode(body), as: UTF8.self)
        return [
            stateName, state.phase?.rawValue, reason?.rawValue, detail, nextAt.milliseconds,
            endedAt?.milliseconds, oldCredential?.rawValue, newCredential?.rawValue, planDigest,
            body,
        ]
    }
}
