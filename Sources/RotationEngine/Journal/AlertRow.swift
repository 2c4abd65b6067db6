import Foundation
import GRDB
import RotationCore

/// Episodes and deliveries as their rows have them.
enum AlertRow {
    static let columns = "a.number, a.state, a.runs, a.body, a.fired_at, a.resolved_at"
    static let deliveryColumns = """
        d.number, d.alert, d.channel, d.event, d.made_at, d.attempts, d.next_at, d.state,
        d.ended_at, d.problem
        """

    static func episode(_ row: Row, at first: Int = 0) throws -> AlertEpisode {
        guard let state = AlertEpisode.State(rawValue: try row.cell(first + 1)),
            let alert = try? JSONDecoder().decode(
                Alert.self, from: Data((try row.cell(first + 3) as String).utf8))
        else { throw JournalFailure(.damaged, "an alert of the journal can't be read") }
        return AlertEpisode(
            number: try row.cell(first), alert: alert, state: state,
            runs: try row.cell(first + 2), firedAt: try moment(row, first + 4),
            resolvedAt: try moment(row, first + 5))
    }

    static func delivery(_ row: Row) throws -> Delivery {
        guard let event = AlertEvent(rawValue: try row.cell(3)),
            let state = Delivery.State(rawValue: try row.cell(7))
        else { throw JournalFailure(.damaged, "a delivery of the journal can't be read") }
        var delivery = Delivery(
            number: try row.cell(0), episode: try row.cell(1), channel: try row.cell(2),
            event: event, madeAt: Instant(milliseconds: try row.cell(4)))
        delivery.attempts = try row.cell(5)
        delivery.nextAt = Instant(milliseconds: try row.cell(6))
        delivery.state = state
        delivery.endedAt = try moment(row, 8)
        delivery.problem = try row.cell(9)
        return delivery
    }

    private static func moment(_ row: Row, _ index: Int) throws -> Instant? {
        (try row.cell(index) as Int64?).map(Instant.init(milliseconds:))
    }

    /// Inserts or updates; gives the number.
    static func save(_ episode: AlertEpisode, _ database: Database) throws -> Int64 {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let body = String(decoding: try encoder.encode(episode.alert), as: UTF8.self)
        let state: StatementArguments = [
            episode.state.rawValue, episode.runs, body, episode.firedAt?.milliseconds,
            episode.resolvedAt?.milliseconds,
        ]
        if episode.number > 0 {
            try database.execute(
                sql: """
                    UPDATE alert SET state = ?, runs = ?, body = ?, fired_at = ?, resolved_at = ?
                    WHERE number = ?
                    """, arguments: state + [episode.number])
            return episode.number
        }
        try database.execute(
            sql: """
                INSERT INTO alert (state, runs, body, fired_at, resolved_at, kind, subject)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: state + [episode.alert.kind.rawValue, episode.alert.subject])
        return database.lastInsertedRowID
    }

    static func save(_ delivery: Delivery, _ database: Database) throws {
        let state: StatementArguments = [
            delivery.event.rawValue, delivery.madeAt.milliseconds, delivery.attempts,
            delivery.nextAt.milliseconds, delivery.state.rawValue, delivery.endedAt?.milliseconds,
            delivery.problem,
        ]
        if delivery.number > 0 {
            return try database.execute(
                sql: """
                    UPDATE delivery SET event = ?, made_at = ?, attempts = ?, next_at = ?,
                        state = ?, ended_at = ?, problem = ? WHERE number = ?
                    """, arguments: state + [delivery.number])
        }
        try database.execute(
            sql: """
                INSERT INTO delivery (event, made_at, attempts, next_at, state, ended_at, problem,
                    alert, channel)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, arguments: state + [delivery.episode, delivery.channel])
    }
}
