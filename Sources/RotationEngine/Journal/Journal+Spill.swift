import Foundation
import GRDB
import RotationCore

/// A sealed secret that the journal had no room for, until the next run takes it in.
struct Spill: Sendable, Hashable, Codable {
    let database: String
    let rotation: RotationID
    /// Which creation of the rotation it came of.
    let creations: Int
    let new: CredentialID
    let old: CredentialID?
    /// Sealed, and bound to this rotation's row.
    let record: Data
}

extension Journal {
    /// Why no secret should be made now; nil where there is room to record it.
    func obstacleToCreating() -> String? { Ballast.obstacle(in: directory, on: disk) }

    /// Where a spilled record of `rotation` may lie.
    func spillPaths(of rotation: RotationID) -> [String] {
        let outside = anchorPath.map {
            URL(fileURLWithPath: $0).deletingLastPathComponent().path
        }
        return [directory, outside].compactMap { $0 }.map {
            "\($0)/holdover-spill-\(rotation.rawValue)"
        }
    }

    /// Takes in what an earlier run could not record, before anything else is done.
    func importSpills(epoch: Int64, at moment: Instant) throws {
        for summary in try summaries(live: true) where summary.state.phase == .create {
            for path in spillPaths(of: summary.id) where disk.exists(path) {
                guard let bytes = try disk.load(path),
                    let spill = try? JSONDecoder().decode(Spill.self, from: Data(bytes)),
                    spill.database == databaseID, spill.rotation == summary.id,
                    let rotation = try rotation(spill.rotation)
                else { continue }
                if try take(spill, of: rotation, epoch: epoch, at: moment) { disk.remove(path) }
            }
        }
    }

    /// Whether the journal has the record now, or has no need of it any more.
    private func take(_ spill: Spill, of rotation: Rotation, epoch: Int64, at moment: Instant)
        throws -> Bool
    {
        guard rotation.state == .running(.create) else { return false }
        guard rotation.body.isCreationOpen, rotation.body.creations == spill.creations else {
            return true
        }
        var taken = rotation
        taken.body.isCreationOpen = false
        taken.newCredential = spill.new
        taken.oldCredential = spill.old ?? rotation.oldCredential
        try taken.apply(.done, at: moment)
        let body = try taken.encodedBody()
        try Self.translating {
            try queue.write { [taken] database in
                try Self.checkFence(epoch, database)
                try taken.update(database, body: body)
                try Self.keep(spill, epoch: epoch, at: moment, client: taken.client, database)
            }
        }
        return true
    }

    private static func keep(
        _ spill: Spill, epoch: Int64, at moment: Instant, client: ClientName, _ database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO sealed_secret (rotation, role, record, sealed_at)
                VALUES (?, 'new', ?, ?)
                ON CONFLICT (rotation, role) DO UPDATE SET record = excluded.record
                """, arguments: [spill.rotation.rawValue, spill.record, moment.milliseconds])
        try database.execute(
            sql: """
                UPDATE operation SET outcome = 'ok', outcome_at = ?, detail = 'from a spilled file'
                WHERE rotation = ? AND kind = 'create' AND outcome IS NULL
                """, arguments: [moment.milliseconds, spill.rotation.rawValue])
        var trail = try AuditTrail(database)
        for event in [
            AuditEvent("create-ok", ["detail": "from a spilled file"]),
            AuditEvent(
                "phase-done", ["phase": "create", "next": "accept", "new": spill.new.rawValue]),
        ] {
            try trail.append(
                event, client: client, rotation: spill.rotation, epoch: epoch, at: moment, database)
        }
    }
}
