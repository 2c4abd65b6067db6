import Foundation
import GRDB
public import RotationCore

/// The durable record of every rotation: one SQLite database in the state directory.
///
/// This folder is the only place that knows SQLite. Secrets reach it sealed. Writers must hold the
/// ``StateLock`` and carry its epoch: each transaction begins by checking that no later run has
/// taken over.
public final class Journal: Sendable {
    let queue: DatabaseQueue
    /// Names the database; part of every seal.
    public let databaseID: String
    let settings: JournalSettings
    let committer = GroupCommitter()
    let plans: PlanMemo
    let anchor: AnchorKeeper?
    let directory: String
    let disk: any StateDisk

    /// Whether a transaction takes no time that a thread could use better.
    var isInMemory: Bool { disk.isInMemory }

    private init(
        queue: DatabaseQueue, settings: JournalSettings, directory: String, disk: any StateDisk,
        plans: PlanMemo = PlanMemo()
    ) {
        (self.directory, self.disk) = (directory, disk)
        anchor = settings.anchorPath.map { AnchorKeeper(path: $0, directory: directory, on: disk) }
        self.queue = queue
        self.settings = settings
        self.databaseID = settings.databaseID
        self.plans = plans
    }

    /// The database's place in a state directory.
    public static func path(in directory: String) -> String { "\(directory)/holdover.sqlite" }

    /// Makes a journal in `directory`, sealed with `key`, which lies at `keyPath`.
    ///
    /// The anchor is made first, for epoch 0: one that no run took over has nothing to lose. One
    /// that is replaced, since a person said so, is written last: until then it keeps what it knew.
    public static func create(
        in directory: String, on disk: any StateDisk = FileSystemDisk(), key: SealingKey,
        keyPath: String, anchorPath: String? = nil, replacesAnchor: Bool = false,
        databaseID: String, at moment: Instant
    ) throws -> Journal {
        let path = path(in: directory)
        guard !disk.exists(path) || isUnfinished(in: directory, on: disk) else {
            throw JournalFailure(.exists, "\(path) exists already")
        }
        let canary = try Sealer(key: key, database: databaseID).canary()
        return try Self.translating {
            let settings = JournalSettings(
                databaseID: databaseID, keyID: key.id, keyPath: keyPath, canary: Data(canary),
                madeAt: moment, anchorPath: anchorPath)
            let beginning = Anchor(
                databaseID: databaseID, epoch: 0, sequence: 0, head: Array(AuditTrail.beginning))
            let keeper = anchorPath.map {
                AnchorKeeper(path: $0, directory: directory, on: disk)
            }
            if !replacesAnchor { try keeper?.begin(with: beginning) }
            let queue = try Self.connect(path: path, on: disk, readOnly: false)
            disk.protect(path)
            try Self.migrate(queue)
            try queue.write { try settings.insert($0) }
            if replacesAnchor { try keeper?.replace(with: beginning) }
            return Journal(queue: queue, settings: settings, directory: directory, disk: disk)
        }
    }

    /// Whether there is a journal whose making was cut off: nothing was ever kept in it, and
    /// ``create(in:on:key:keyPath:anchorPath:replacesAnchor:databaseID:at:)`` goes on with it.
    public static func isUnfinished(
        in directory: String, on disk: any StateDisk = FileSystemDisk()
    ) -> Bool {
        let path = path(in: directory)
        guard disk.exists(path), let queue = try? connect(path: path, on: disk, readOnly: true)
        else { return false }
        defer { try? queue.close() }
        let isUnfinished = try? read(queue) { database in
            guard try checkVersion(database) > 0 else { return true }
            return try Int.fetchOne(database, sql: "SELECT count(*) FROM setting") == 0
        }
        return isUnfinished ?? false
    }

    /// Opens the journal in `directory` for a run; migrates it forward where it is older.
    public static func open(in directory: String, on disk: any StateDisk = FileSystemDisk()) throws
        -> Journal
    {
        try open(directory, on: disk, readOnly: false)
    }

    /// Opens the journal for looking: changes nothing and works while a run holds the lock.
    public static func openForReading(
        in directory: String, on disk: any StateDisk = FileSystemDisk()
    ) throws -> Journal {
        try open(directory, on: disk, readOnly: true)
    }

    private static func open(_ directory: String, on disk: any StateDisk, readOnly: Bool) throws
        -> Journal
    {
        let path = path(in: directory)
        guard disk.exists(path) else {
            throw JournalFailure(.missing, "there is no journal at \(path)")
        }
        return try translating {
            let queue = try connect(path: path, on: disk, readOnly: readOnly)
            if !readOnly { try migrate(queue) }
            let settings = try read(queue) { database in
                let version = try checkVersion(database)
                guard version > 0 else {
                    throw JournalFailure(.notOurs, JournalSettings.unfinished)
                }
                return try JournalSettings.fetch(database, version: version)
            }
            return Journal(queue: queue, settings: settings, directory: directory, disk: disk)
        }
    }

    /// The journal as the next process would find it, through the connection that is open already.
    ///
    /// For simulations, in which opening takes longer than everything else.
    package func reopened() -> Journal {
        Journal(queue: queue, settings: settings, directory: directory, disk: disk, plans: plans)
    }

    /// Lets go of pages in memory, for a database that was replaced behind the connection.
    package func forgetPages() throws {
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA shrink_memory") }
    }

    /// Where the key of this journal was put.
    public var keyPath: String { settings.keyPath }

    /// Throws unless `key` is the one that this journal is sealed with.
    public func sealer(with key: SealingKey) throws(SealingFailure) -> Sealer {
        let sealer = Sealer(key: key, database: databaseID)
        try sealer.check(canary: Array(settings.canary))
        return sealer
    }

    /// Ends the connection.
    public func close() throws { try queue.close() }

    // MARK: Connecting

    private static func connect(path: String, on disk: any StateDisk, readOnly: Bool) throws
        -> DatabaseQueue
    {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 1
        configuration.prepareDatabase { database in
            // A hot journal left by a kill needs a writer to roll it back, so a reader opens the
            // file for writing and forbids itself to write.
            if readOnly { try database.execute(sql: "PRAGMA query_only=ON") }
            // WAL was unsafe up to 3.51.2 (the WAL-reset bug); EXTRA also syncs the directory.
            try database.execute(
                sql: """
                    PRAGMA synchronous=EXTRA; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;
                    PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;
                    PRAGMA cell_size_check=ON; PRAGMA cache_size=-16384
                    """)
        }
        if readOnly, !disk.isWritable(path) { configuration.readonly = true }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static func migrate(_ queue: DatabaseQueue) throws {
        try queue.writeWithoutTransaction { database in
            let version = try checkVersion(database)
            try leaveWAL(database)
            for number in version..<Schema.migrations.count {
                try database.inTransaction(.immediate) {
                    try database.execute(sql: Schema.migrations[number])
                    try database.execute(sql: "PRAGMA user_version=\(number + 1)")
                    try database.execute(sql: "PRAGMA application_id=\(Schema.applicationID)")
                    return .commit
                }
            }
        }
    }

    /// Somebody may have changed the mode from outside; it is kept in the file.
    private static func leaveWAL(_ database: Database) throws {
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode=DELETE")
        guard mode == "delete" else {
            throw JournalFailure(.busy, "the journal is in WAL mode and open somewhere else")
        }
    }

    /// The schema's version, 0 for a database with nothing in it; throws where it isn't ours.
    private static func checkVersion(_ database: Database) throws -> Int {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let things = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        let isNew = application == 0 && version == 0 && things == 0
        guard application == Schema.applicationID || isNew else {
            throw JournalFailure(.notOurs, "the database belongs to another application")
        }
        guard version <= Schema.migrations.count else {
            throw JournalFailure(
                .notOurs, "the journal was made by a newer holdover (schema \(version))")
        }
        return version
    }

    /// Runs `body`, putting SQLite's errors into our words.
    static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as DatabaseError {
            throw JournalFailure(error)
        }
    }
}

extension JournalFailure {
    init(_ error: DatabaseError) {
        // The statement's arguments stay out of it; SQLite's own message names only the schema.
        let words = error.message ?? "\(error.resultCode)"
        let kind: Kind =
            switch error.resultCode {
            case .SQLITE_FULL: .diskFull
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_CONSTRAINT: .ruleBroken
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: .unsuitable
            case .SQLITE_NOTADB: .notOurs
            default: .damaged
            }
        self.init(kind, "\(words) (sqlite \(error.extendedResultCode.rawValue))")
    }
}
