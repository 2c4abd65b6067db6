import Foundation
import GRDB
public import RotationCore

/// A plan file as it was last read: unchanged files are not read again.
public struct PlanFileSeen: Sendable, Hashable {
    /// The path.
    public let path: String
    /// What tells an unchanged file: size, time, inode.
    public let signature: String

    /// A file.
    public init(path: String, signature: String) {
        self.path = path
        self.signature = signature
    }
}

/// A client whose plan was read.
public struct ClientSeen: Sendable {
    /// The client.
    public let name: ClientName
    /// The file.
    public let planFile: String
    /// The plan's digest.
    public let planDigest: String
    /// When it is due if nothing is known of it yet, or its schedule was given anew.
    public let schedule: Schedule?

    /// A client.
    public init(name: ClientName, planFile: String, planDigest: String, schedule: Schedule?) {
        self.name = name
        self.planFile = planFile
        self.planDigest = planDigest
        self.schedule = schedule
    }
}

extension Journal {
    func writing<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try queue.writeWithoutTransaction { database in
            try database.writing { try body(database) }
        }
    }

    /// Begins a run: from now on, transactions of earlier runs are refused.
    func takeOver() throws -> Int64 {
        try Self.translating {
            try writing { database in
                try database.cachedStatement(sql: "UPDATE setting SET epoch = epoch + 1").execute()
                return try database.epoch()
            }
        }
    }

    /// Records new rotations in one transaction.
    ///
    /// `ruleBroken` stands where a client has a live one; throws `fenced` where a later run took
    /// over.
    func insert(_ rotations: [Rotation], epoch: Int64) throws
        -> [Result<Rotation, JournalFailure>]
    {
        try Self.translating {
            try writing { database in
                try Self.checkFence(epoch, database)
                var trail = try AuditTrail(database)
                return try rotations.map { rotation in
                    let before = trail
                    do {
                        try database.apart {
                            try rotation.insert(database)
                            try trail.append(
                                AuditEvent(
                                    "rotation-started",
                                    [
                                        "trigger": rotation.body.trigger,
                                        "plan": rotation.planDigest,
                                    ]), client: rotation.client, rotation: rotation.id,
                                epoch: epoch, at: rotation.startedAt, database)
                        }
                        return .success(rotation)
                    } catch let error as DatabaseError
                        where error.resultCode == .SQLITE_CONSTRAINT
                    {
                        trail = before
                        return .failure(JournalFailure(error))
                    }
                }
            }
        }
    }

    /// Records what a person asks.
    ///
    /// Needs no lock: a run in progress sees it at its next step.
    public func ask(_ request: Request, client: ClientName) throws {
        try Self.translating {
            try writing { database in
                try database.execute(
                    sql: "INSERT INTO request (rotation, kind, words, made_at) VALUES (?, ?, ?, ?)",
                    arguments: [
                        request.rotation.rawValue, request.kind.rawValue, request.words,
                        request.madeAt.milliseconds,
                    ])
                let epoch = try database.epoch()
                var trail = try AuditTrail(database)
                try trail.append(
                    AuditEvent("asked-\(request.kind.rawValue)", ["words": request.words]),
                    client: client, rotation: request.rotation, epoch: epoch, at: request.madeAt,
                    database)
            }
        }
    }

    /// The files as they were last read, by path.
    public func planFilesSeen() throws -> [String: String] {
        try reading { database in
            let rows = try Row.fetchCursor(database, sql: "SELECT path, signature FROM plan_file")
            var seen: [String: String] = [:]
            while let row = try rows.next() { seen[try row.cell(0)] = try row.cell(1) }
            return seen
        }
    }

    /// The signature of one file as it was last read; nil where it wasn't.
    public func signature(ofPlanFile path: String) throws -> String? {
        try reading { database in
            try String.fetchOne(
                database, sql: "SELECT signature FROM plan_file WHERE path = ?", arguments: [path])
        }
    }

    /// Notes what a reading of changed plan files gave, and which files are gone.
    ///
    /// A client seen for the first time is due one period later: nothing is rotated unasked.
    public func note(
        files: [PlanFileSeen], clients: [ClientSeen], gone: [String], at moment: Instant,
        fraction: () -> Double
    ) throws {
        try Self.translating {
            try writing { database in
                for path in gone + files.map(\.path) {
                    try database.execute(
                        sql:
                            "UPDATE client SET due_at = NULL, plan_digest = '' WHERE plan_file = ?",
                        arguments: [path])
                }
                for path in gone {
                    try database.execute(
                        sql: "DELETE FROM plan_file WHERE path = ?", arguments: [path])
                }
                for file in files {
                    try database.execute(
                        sql: """
                            INSERT INTO plan_file (path, signature) VALUES (?, ?)
                            ON CONFLICT (path) DO UPDATE SET signature = excluded.signature
                            """, arguments: [file.path, file.signature])
                }
                for client in clients {
                    try Self.note(client, at: moment, fraction: fraction(), database)
                }
            }
        }
    }

    private static func note(
        _ client: ClientSeen, at moment: Instant, fraction: Double, _ database: Database
    ) throws {
        let known = try Row.fetchOne(
            database, sql: "SELECT first_seen_at, last_completed_at FROM client WHERE name = ?",
            arguments: [client.name.rawValue])
        let firstSeen: Int64 = known?["first_seen_at"] ?? moment.milliseconds
        let completed: Int64? = known?["last_completed_at"]
        let start = Instant(milliseconds: completed ?? firstSeen)
        let due = client.schedule.map { $0.due(after: start, fraction: fraction) }
        try database.execute(
            sql: """
                INSERT INTO client (name, plan_file, plan_digest, first_seen_at, due_at, period)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET plan_file = excluded.plan_file,
                    plan_digest = excluded.plan_digest, due_at = excluded.due_at,
                    period = excluded.period
                """,
            arguments: [
                client.name.rawValue, client.planFile, client.planDigest, firstSeen,
                due?.milliseconds, client.schedule?.every.milliseconds,
            ])
    }
}

extension Journal {
    /// Keeps a plan that a person wants a live rotation to follow.
    public func keep(_ plan: Plan, digest: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let body = String(decoding: try encoder.encode(plan), as: UTF8.self)
        try Self.translating {
            try writing { database in
                try database.execute(
                    sql: "INSERT INTO plan (digest, body) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    arguments: [digest, body])
            }
        }
    }

    /// A kept plan.
    func plan(digest: String) throws -> Plan? {
        try reading { database in
            try Data.fetchOne(
                database, sql: "SELECT body FROM plan WHERE digest = ?", arguments: [digest]
            ).map { try JSONDecoder().decode(Plan.self, from: $0) }
        }
    }
}
