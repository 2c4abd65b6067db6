import Foundation
import GRDB
import RotationCore

@testable import RotationEngine

/// A state directory of one test with a finished journal, and a second connection to meddle with.
final class Home: Sendable {
    static let start = Instant(milliseconds: 1_700_000_000_000)

    let directory: String
    let key = SealingKey.generate()

    init() throws {
        let memory = "/dev/shm"
        let isWritable = FileManager.default.isWritableFile(atPath: memory)
        let parent = isWritable ? memory : NSTemporaryDirectory()
        directory = "\(parent)/holdover-home-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var path: String { Journal.path(in: directory) }

    func create() throws -> Journal {
        try Journal.create(
            in: directory, key: key, keyPath: "\(directory)/key", databaseID: "database",
            at: Self.start)
    }

    /// Leaves a journal as a holdover made it that knew the first `schema` migrations only.
    func createOld(schema: Int) throws {
        try raw { database in
            for migration in Schema.migrations.prefix(schema) {
                try database.execute(sql: migration)
            }
            try database.execute(
                sql: """
                    PRAGMA user_version=\(schema);
                    PRAGMA application_id=\(Schema.applicationID);
                    INSERT INTO setting
                        (one, database_id, epoch, key_id, key_path, canary, made_at)
                        VALUES (1, 'database', 0, 'key', '', x'00', \(Self.start.milliseconds))
                    """)
        }
    }

    /// Runs `body` on a connection that knows none of the journal's rules but the schema's.
    func raw<Result>(_ body: (Database) throws -> Result) throws -> Result {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction(body)
    }

    /// A rotation at its beginning.
    static func rotation(_ id: String, client: String? = nil) -> Rotation {
        let name = ClientName(rawValue: client ?? "client-of-\(id)")
        let server = TargetSettings(name: "server", type: "fake", values: [:])
        let plan = Plan(
            client: name, clientID: ClientID(rawValue: name.rawValue), server: server, stores: [])
        return Rotation(
            id: RotationID(rawValue: id), client: name, plan: plan,
            planDigest: "digest-\(name.rawValue)", startedAt: start, trigger: "test")
    }

    /// What one rotation wants to have written.
    static func pending(_ entry: JournalEntry, of rotation: Rotation, epoch: Int64) -> PendingEntry
    {
        PendingEntry(
            entry, rotation: rotation.id, client: rotation.client, epoch: epoch, at: start)
    }

    /// An entry that says one thing.
    static func saying(_ event: String, _ facts: [String: String] = [:]) -> JournalEntry {
        var entry = JournalEntry()
        entry.audit = [AuditEvent(event, facts)]
        return entry
    }
}

extension Journal {
    /// Records one rotation; throws what stands for it.
    func insert(_ rotation: Rotation, epoch: Int64) throws {
        _ = try insert([rotation], epoch: epoch)[0].get()
    }

    /// Intents without an outcome.
    func openOperations(of rotation: RotationID) async throws -> [RotationCore.Operation] {
        try await dossier(of: rotation)?.operations ?? []
    }
}
