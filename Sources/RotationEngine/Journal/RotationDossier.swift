import Foundation
import GRDB
import RotationCore

/// Everything that a driver must know of a rotation before it begins, read at one moment.
struct RotationDossier: Sendable {
    private let columns: RotationColumns
    /// Intents without an outcome, oldest first.
    let operations: [RotationCore.Operation]
    /// What people asked and nobody has answered.
    let requests: [Request]
    /// What is sealed.
    let sealed: [SecretRole: [UInt8]]

    /// Decoded by the driver, not by the one connection that all share.
    func rotation(_ plans: PlanMemo) throws -> Rotation {
        try Rotation(columns, plans)
    }

    fileprivate init?(_ id: RotationID, _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT \(Rotation.columns) FROM \(Rotation.source) WHERE r.id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id.rawValue]) else { return nil }
        columns = try RotationColumns(row: row)
        operations = try RotationCore.Operation.open(of: id, database)
        requests = try Request.open(of: id, database)
        let rows = try Row.fetchAll(
            database.cachedStatement(
                sql: "SELECT role, record FROM sealed_secret WHERE rotation = ?"),
            arguments: [id.rawValue])
        var sealed: [SecretRole: [UInt8]] = [:]
        for row in rows {
            guard let role = SecretRole(rawValue: try row.cell(0)) else { continue }
            sealed[role] = Array(try row.cell(1) as Data)
        }
        self.sealed = sealed
    }
}

extension Journal {
    /// What a driver must know of a rotation; nil where there is none of that id.
    func dossier(of id: RotationID) async throws -> RotationDossier? {
        try await readingAside { try RotationDossier(id, $0) }
    }

    /// The digest of the plan that the client's file holds; empty where the file is gone.
    func planDigest(of client: ClientName) async throws -> String? {
        try await readingAside { database in
            try String.fetchOne(
                database.cachedStatement(sql: "SELECT plan_digest FROM client WHERE name = ?"),
                arguments: [client.rawValue])
        }
    }

    /// GRDB has each method twice, and takes the one that waits where the caller may.
    func onThisThread<Result>(_ body: (DatabaseQueue) throws -> Result) rethrows -> Result {
        try body(queue)
    }

    /// Reads without keeping a thread waiting while a transaction is being written.
    private func readingAside<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        do {
            if isInMemory { return try onThisThread { try Self.read($0, body) } }
            return try await queue.unsafeRead { database in
                try database.looking { try body(database) }
            }
        } catch let error as DatabaseError {
            throw JournalFailure(error)
        }
    }
}

extension RotationCore.Operation {
    fileprivate static func open(of rotation: RotationID, _ database: Database) throws -> [Self] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT number, phase, kind, target, label FROM operation
                    WHERE rotation = ? AND outcome IS NULL ORDER BY number
                    """), arguments: [rotation.rawValue]
        ).compactMap { row in
            guard let phase = Phase(rawValue: try row.cell(1)),
                let kind = Kind(rawValue: try row.cell(2))
            else { return nil }
            return try Self(
                number: row.cell(0), rotation: rotation, phase: phase, kind: kind,
                target: row.cell(3), label: row.cell(4))
        }
    }
}
