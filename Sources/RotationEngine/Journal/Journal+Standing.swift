import Foundation
import GRDB
public import RotationCore

extension Journal {
    /// How long a message that was given up is told of.
    private static let givenUpLife = Span.hours(7 * 24)

    /// Everything that is watched, at `moment`, in one snapshot; needs no lock and no key.
    public func standing(at moment: Instant) throws -> JournalStanding {
        var standing = JournalStanding(sealedSince: settings.madeAt)
        try reading { database in
            // One that no run has moved forward lacks what came later.
            let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            let isCounting = version >= 4
            standing.clients = try Self.clients(withPeriods: isCounting, database)
            standing.live = try Self.liveRotations(database)
            (standing.completed, standing.abandoned) = try Self.ends(database)
            guard isCounting else { return }
            standing.counts = try Self.counts(database)
            standing.lastRun = try Self.lastRun(withCounts: version >= 7, database)
            guard version >= 6 else { return }
            standing.notices = try Self.notices(around: moment, database)
            standing.backlog = try Self.backlog(database)
            standing.givenUp = try Self.givenUp(
                since: moment + Span(milliseconds: -Self.givenUpLife.milliseconds), database)
        }
        return standing
    }

    /// A client whose plan can't be read keeps its name here: its file has no signature then.
    private static func clients(withPeriods: Bool, _ database: Database) throws
        -> [JournalStanding.Client]
    {
        // What was noted before periods were kept may still be known from the plan of a rotation.
        let kept = "json_extract(p.body, '$.schedule.every')"
        return try Row.fetchAll(
            database,
            sql: """
                SELECT c.name, coalesce(c.last_completed_at, c.first_seen_at), c.due_at,
                    \(withPeriods ? "coalesce(c.period, \(kept))" : kept)
                FROM client c JOIN plan_file f ON f.path = c.plan_file
                    LEFT JOIN plan p ON p.digest = c.plan_digest
                WHERE c.plan_digest <> '' OR f.signature = ''
                ORDER BY c.name
                """
        ).map { row in
            try JournalStanding.Client(
                name: ClientName(rawValue: row.cell(0)),
                secretSince: Instant(milliseconds: row.cell(1)),
                period: (row.cell(3) as Int64?).map(Span.init(milliseconds:)),
                dueAt: (row.cell(2) as Int64?).map(Instant.init(milliseconds:)))
        }
    }

    private static func liveRotations(_ database: Database) throws
        -> [JournalStanding.LiveRotation]
    {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT client, verdict, count(*)
                FROM rotation r JOIN evidence e ON e.rotation = r.id
                WHERE r.ended_at IS NULL GROUP BY client, verdict
                """)
        var verdicts: [String: [Evidence.Verdict: Int]] = [:]
        for row in rows {
            let verdict = Evidence.Verdict(rawValue: try row.cell(1)) ?? .unknown
            verdicts[try row.cell(0), default: [:]][verdict, default: 0] += try row.cell(2) as Int
        }
        return try Row.fetchAll(
            database,
            sql: """
                SELECT client, state, phase, reason, json_extract(body, '$.phaseSince'),
                    json_extract(body, '$.waitingSince')
                FROM rotation WHERE ended_at IS NULL ORDER BY client
                """
        ).map { row in
            let client: String = try row.cell(0)
            return try JournalStanding.LiveRotation(
                client: ClientName(rawValue: client),
                state: Rotation.state(named: row.cell(1), phase: row.cell(2)),
                reason: (row.cell(3) as String?).flatMap(Reason.init(rawValue:)),
                phaseSince: Instant(milliseconds: row.cell(4)),
                waitingSince: Instant(milliseconds: row.cell(5)), verdicts: verdicts[client] ?? [:])
        }
    }

    private static func ends(_ database: Database) throws -> (completed: Int, abandoned: Int) {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT state, count(*) FROM rotation WHERE ended_at IS NOT NULL GROUP BY state
                """)
        let counts = try rows.reduce(into: [String: Int]()) { $0[try $1.cell(0)] = try $1.cell(1) }
        return (counts["completed"] ?? 0, counts["abandoned"] ?? 0)
    }

    private static func counts(_ database: Database) throws -> [CountedSeries: Double] {
        let rows = try Row.fetchAll(database, sql: "SELECT name, labels, value FROM counter")
        return try rows.reduce(into: [:]) { counts, row in
            let (name, labels): (String, String) = try (row.cell(0), row.cell(1))
            guard let series = try? CountedSeries(name: name, spelledLabels: labels) else {
                throw JournalFailure(.damaged, "a row of the journal holds what it can't")
            }
            counts[series] = try row.cell(2)
        }
    }

    /// As alerts are made of them: a server's clock may be ahead.
    private static func notices(around moment: Instant, _ database: Database) throws
        -> [JournalStanding.NoticeCount]
    {
        let life = AlertPolicy.noticeLife.milliseconds
        return try Row.fetchAll(
            database,
            sql: """
                SELECT client, kind, count(*) FROM notice WHERE last_at > ? AND last_at < ?
                GROUP BY client, kind ORDER BY client, kind
                """, arguments: [moment.milliseconds - life, moment.milliseconds + life]
        ).compactMap { row in
            // nil for a kind that a newer version knows.
            guard let kind = Notice.Kind(rawValue: try row.cell(1)) else { return nil }
            return try JournalStanding.NoticeCount(
                client: ClientName(rawValue: row.cell(0)), kind: kind, count: row.cell(2))
        }
    }

    private static func givenUp(since moment: Instant, _ database: Database) throws
        -> [String: Int]
    {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT channel, count(*) FROM delivery
                WHERE state = 'given-up' AND ended_at >= ? GROUP BY channel
                """, arguments: [moment.milliseconds])
        return try rows.reduce(into: [:]) { $0[try $1.cell(0)] = try $1.cell(1) }
    }

    private static func lastRun(withCounts: Bool, _ database: Database) throws -> RunRecord? {
        let counts = withCounts ? "plans_wrong, rotations_failed" : "NULL, NULL"
        return try Row.fetchOne(
            database,
            sql: "SELECT started_at, ended_at, exit_code, succeeded_at, \(counts) FROM last_run"
        ).map { row in
            try RunRecord(
                startedAt: Instant(milliseconds: row.cell(0)),
                endedAt: Instant(milliseconds: row.cell(1)), exitCode: row.cell(2),
                succeededAt: (row.cell(3) as Int64?).map(Instant.init(milliseconds:)),
                plansWrong: row.cell(4), rotationsFailed: row.cell(5))
        }
    }
}

extension Journal {
    /// Keeps how a run ended, adds what it counted; throws `fenced` where a later run took over.
    func record(_ run: RunRecord, adding counts: [CountedSeries: Double], epoch: Int64) throws {
        try Self.translating {
            try writing { database in
                try Self.checkFence(epoch, database)
                try database.execute(
                    sql: """
                        INSERT INTO last_run (one, started_at, ended_at, exit_code, succeeded_at,
                            plans_wrong, rotations_failed)
                        VALUES (1, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (one) DO UPDATE SET started_at = excluded.started_at,
                            ended_at = excluded.ended_at, exit_code = excluded.exit_code,
                            succeeded_at = coalesce(excluded.succeeded_at, succeeded_at),
                            plans_wrong = coalesce(excluded.plans_wrong, plans_wrong),
                            rotations_failed =
                                coalesce(excluded.rotations_failed, rotations_failed)
                        """,
                    arguments: [
                        run.startedAt.milliseconds, run.endedAt.milliseconds, run.exitCode,
                        run.succeededAt?.milliseconds, run.plansWrong, run.rotationsFailed,
                    ])
                let add = try database.cachedStatement(
                    sql: """
                        INSERT INTO counter (name, labels, value) VALUES (?, ?, ?)
                        ON CONFLICT (name, labels) DO UPDATE SET value = value + excluded.value
                        """)
                for (series, count) in counts {
                    try add.execute(arguments: [series.name, series.spelledLabels, count])
                }
            }
        }
    }
}
