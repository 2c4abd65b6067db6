import Foundation
import GRDB
public import RotationCore

/// One line of `status`: a rotation without its plan and particulars, cheap to read by the
/// thousand.
public struct RotationSummary: Sendable, Hashable {
    /// The rotation.
    public let id: RotationID
    /// Whose.
    public let client: ClientName
    /// Where it is.
    public let state: RotationState
    /// Why it isn't moving.
    public let reason: Reason?
    /// In words.
    public let detail: String?
    /// When it started.
    public let startedAt: Instant
    /// The earliest next attempt.
    public let nextAt: Instant
    /// When it was over.
    public let endedAt: Instant?
}

/// A client as the journal knows it.
public struct ClientSummary: Sendable, Hashable {
    /// The name.
    public let name: ClientName
    /// The plan file that it was last seen in.
    public let planFile: String
    /// The digest of that plan.
    public let planDigest: String
    /// When it is due; nil only by hand.
    public let dueAt: Instant?
    /// When its last rotation was completed.
    public let lastCompletedAt: Instant?
}

extension Journal {
    func reading<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try Self.translating { try Self.read(queue, body) }
    }

    /// Reads one snapshot.
    ///
    /// GRDB's own `read` ends by turning `query_only` off, also where we turned it on.
    static func read<Result>(_ queue: DatabaseQueue, _ body: (Database) throws -> Result) throws
        -> Result
    {
        try queue.unsafeRead { database in
            try database.looking { try body(database) }
        }
    }

    /// Rotations that may move at `moment`, and those of which a person has asked something.
    func movable(at moment: Instant, client: ClientName?) throws -> [RotationID] {
        try reading { database in
            try String.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT r.id FROM rotation r
                        WHERE ((r.state = 'running' AND r.next_at <= ?1) OR (r.ended_at IS NULL
                            AND r.id IN (SELECT rotation FROM request WHERE applied_at IS NULL)))
                            AND (?2 IS NULL OR r.client = ?2)
                        ORDER BY r.next_at, r.id
                        """), arguments: [moment.milliseconds, client?.rawValue]
            ).map(RotationID.init(rawValue:))
        }
    }

    /// Whether a person has asked something of a live rotation, of one client or of all.
    func hasRequests(of client: ClientName?) throws -> Bool {
        try reading { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT 1 FROM request q JOIN rotation r ON r.id = q.rotation
                    WHERE q.applied_at IS NULL AND r.ended_at IS NULL
                        AND (?1 IS NULL OR r.client = ?1) LIMIT 1
                    """, arguments: [client?.rawValue]) != nil
        }
    }

    /// The live rotation of `client`, else its last one.
    public func latest(of client: ClientName) throws -> Rotation? {
        try fetch(
            """
            WHERE r.client = ?
            ORDER BY r.ended_at IS NULL DESC, r.started_at DESC, r.id DESC LIMIT 1
            """,
            [client.rawValue]
        ).first
    }

    /// One rotation by id.
    public func rotation(_ id: RotationID) throws -> Rotation? {
        try fetch("WHERE r.id = ?", [id.rawValue]).first
    }

    private func fetch(_ rest: String, _ arguments: StatementArguments = []) throws -> [Rotation] {
        try reading { database in
            try Row.fetchAll(
                database.cachedStatement(
                    sql: "SELECT \(Rotation.columns) FROM \(Rotation.source) \(rest)"),
                arguments: arguments
            ).map { try Rotation(row: $0, plans: plans) }
        }
    }

    /// The earliest moment at which a running rotation may move.
    public func nextMove() throws -> Instant? {
        try reading { database in
            try Int64.fetchOne(
                database.cachedStatement(
                    sql: "SELECT min(next_at) FROM rotation WHERE state = 'running'")
            ).map(Instant.init(milliseconds:))
        }
    }

    /// Summaries: of the rotations that aren't over, or of all of one client, newest first.
    public func summaries(live: Bool, of client: ClientName? = nil) throws -> [RotationSummary] {
        try reading { database in
            let wanted = client.map { _ in "r.client = ?" }
            let conditions = [live ? "r.ended_at IS NULL" : nil, wanted].compactMap { $0 }
            let clause = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
            return try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT id, client, state, phase, reason, detail, started_at, next_at,
                            ended_at
                        FROM rotation r \(clause) ORDER BY started_at DESC, id DESC
                        """),
                arguments: client.map { [$0.rawValue] } ?? []
            ).map(RotationSummary.init(row:))
        }
    }

    /// Rotations that are held, or wait for one of `reasons`; oldest first.
    public func stopped(for reasons: [Reason]) throws -> [Rotation] {
        try fetch(
            """
            WHERE r.ended_at IS NULL
                AND (r.state = 'held' OR r.reason IN (\(Schema.quoted(reasons.map(\.rawValue)))))
            ORDER BY r.id
            """)
    }

    /// The ids of all rotations that aren't over.
    public func live() throws -> Set<RotationID> {
        try reading { database in
            Set(
                try String.fetchAll(
                    database, sql: "SELECT id FROM rotation WHERE ended_at IS NULL"
                ).map(RotationID.init(rawValue:)))
        }
    }

    /// Rotations that are held or wait for something, oldest first.
    func stuck() throws -> [Rotation] {
        try fetch("WHERE r.ended_at IS NULL AND r.reason IS NOT NULL ORDER BY r.id")
    }

    /// Rotations under way that stragglers are noted of.
    func watched() throws -> [Rotation] {
        guard try reading({ try $0.tableExists("notice") }) else { return [] }
        return try fetch(
            """
            WHERE r.ended_at IS NULL
                AND r.id IN (SELECT rotation FROM notice WHERE kind = 'straggler') ORDER BY r.id
            """)
    }

    /// How many rotations are in each state, by name.
    public func counts() throws -> [String: Int] {
        try reading { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT state, count(*) AS n FROM rotation GROUP BY state")
            return try rows.reduce(into: [:]) { counts, row in
                counts[try row.cell("state")] = try row.cell("n") as Int
            }
        }
    }

    /// Every client that the journal knows.
    public func clients() throws -> [ClientSummary] {
        try clients(where: "1", [])
    }

    /// One client.
    public func client(_ name: ClientName) throws -> ClientSummary? {
        try clients(where: "name = ?", [name.rawValue]).first
    }

    /// Clients that are due at `moment` and have no live rotation.
    func due(at moment: Instant) throws -> [ClientSummary] {
        try clients(
            where: """
                due_at <= ? AND NOT EXISTS
                    (SELECT 1 FROM rotation r WHERE r.client = name AND r.ended_at IS NULL)
                """, [moment.milliseconds])
    }

    /// Clients whose rotation should have begun by `moment` and hasn't.
    public func overdue(at moment: Instant) throws -> [ClientName] {
        try due(at: moment).map(\.name)
    }

    private func clients(where clause: String, _ arguments: StatementArguments) throws
        -> [ClientSummary]
    {
        try reading { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT name, plan_file, plan_digest, due_at, last_completed_at FROM client
                    WHERE \(clause) ORDER BY name
                    """, arguments: arguments
            ).map { row in
                try ClientSummary(
                    name: ClientName(rawValue: row.cell("name")), planFile: row.cell("plan_file"),
                    planDigest: row.cell("plan_digest"),
                    dueAt: (row.cell("due_at") as Int64?).map(Instant.init(milliseconds:)),
                    lastCompletedAt: (row.cell("last_completed_at") as Int64?)
                        .map(Instant.init(milliseconds:)))
            }
        }
    }

    /// What each consumer of a rotation was last seen to use.
    public func evidence(of rotation: RotationID) throws -> [Evidence] {
        try reading { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM evidence WHERE rotation = ? ORDER BY consumer
                    """, arguments: [rotation.rawValue]
            ).map { row in
                try Evidence(
                    consumer: row.cell("consumer"),
                    source: Self.source(in: row),
                    verdict: Evidence.Verdict(rawValue: row.cell("verdict")) ?? .unknown,
                    detail: row.cell("detail"),
                    reportedAt: (row.cell("reported_at") as Int64?)
                        .map(Instant.init(milliseconds:)),
                    takenAt: Instant(milliseconds: row.cell("taken_at")))
            }
        }
    }

    /// A journal that no run has moved forward knows reports only.
    private static func source(in row: Row) throws -> EvidenceClass {
        guard row.hasColumn("source") else { return .fingerprint }
        return EvidenceClass(rawValue: try row.cell("source")) ?? .soak
    }

    /// Requests that no run has answered yet.
    public func requests(of rotation: RotationID) throws -> [Request] {
        try reading { try Request.open(of: rotation, $0) }
    }

    /// The sealed record of one role, if there is one.
    func sealedRecord(of rotation: RotationID, role: SecretRole) throws -> [UInt8]? {
        try reading { database in
            try Data.fetchOne(
                database.cachedStatement(
                    sql: "SELECT record FROM sealed_secret WHERE rotation = ? AND role = ?"),
                arguments: [rotation.rawValue, role.rawValue]
            ).map(Array.init)
        }
    }
}

extension RotationSummary {
    init(row: Row) throws {
        id = RotationID(rawValue: try row.cell(0))
        client = ClientName(rawValue: try row.cell(1))
        state = try Rotation.state(named: row.cell(2), phase: row.cell(3))
        reason = (try row.cell(4) as String?).flatMap(Reason.init(rawValue:))
        detail = try row.cell(5)
        startedAt = Instant(milliseconds: try row.cell(6))
        nextAt = Instant(milliseconds: try row.cell(7))
        endedAt = (try row.cell(8) as Int64?).map(Instant.init(milliseconds:))
    }
}
