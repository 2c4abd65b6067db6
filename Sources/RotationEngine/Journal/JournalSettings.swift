import Foundation
import GRDB
import RotationCore

/// The journal's one row about itself.
struct JournalSettings: Sendable {
    let databaseID: String
    let keyID: String
    let keyPath: String
    let canary: Data
    let madeAt: Instant

    static func fetch(_ database: Database) throws -> JournalSettings {
        let sql = "SELECT database_id, key_id, key_path, canary, made_at FROM setting"
        guard let row = try Row.fetchOne(database, sql: sql) else {
            throw JournalFailure(.notOurs, "the journal has no settings; it was never finished")
        }
        return try JournalSettings(
            databaseID: row.cell("database_id"), keyID: row.cell("key_id"),
            keyPath: row.cell("key_path"), canary: row.cell("canary"),
            madeAt: Instant(milliseconds: row.cell("made_at")))
    }

    func insert(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO setting (one, database_id, epoch, key_id, key_path, canary, made_at)
                VALUES (1, ?, 0, ?, ?, ?, ?)
                """,
            arguments: [databaseID, keyID, keyPath, canary, madeAt.milliseconds])
    }
}
