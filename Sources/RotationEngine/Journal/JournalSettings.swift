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
    /// Where the anchor lies; nil in a journal made before there were anchors.
    var anchorPath: String?

    /// What is said of a journal whose making was cut off.
    static let unfinished = "the journal was never finished; holdover init goes on with it"

    /// Reads the row of a journal with schema `version`, which may be older than the last.
    static func fetch(_ database: Database, version: Int) throws -> JournalSettings {
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM setting") else {
            throw JournalFailure(.notOurs, unfinished)
        }
        return try JournalSettings(
            databaseID: row.cell("database_id"), keyID: row.cell("key_id"),
            keyPath: row.cell("key_path"), canary: row.cell("canary"),
            madeAt: Instant(milliseconds: row.cell("made_at")),
            anchorPath: version < 2 ? nil : row.cell("anchor_path") as String?)
    }

    func insert(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO setting (one, database_id, epoch, key_id, key_path, canary, made_at,
                    anchor_path)
                VALUES (1, ?, 0, ?, ?, ?, ?, ?)
                """,
            arguments: [databaseID, keyID, keyPath, canary, madeAt.milliseconds, anchorPath])
    }
}
