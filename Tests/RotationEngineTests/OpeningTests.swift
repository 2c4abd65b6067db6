import Foundation
import GRDB
import RotationCore
import Testing

@testable import RotationEngine

/// Which files are taken for a journal, and how they are held.
@Suite struct OpeningTests {
    private let home: Home

    init() throws { home = try Home() }

    private func failure(_ body: () throws -> Journal) -> JournalFailure.Kind? {
        do {
            try body().close()
            return nil
        } catch { return (error as? JournalFailure)?.kind }
    }

    private func expectRefused(_ kind: JournalFailure.Kind) throws {
        let before = FileManager.default.contents(atPath: home.path)
        #expect(failure { try Journal.open(in: home.directory) } == kind)
        #expect(failure { try Journal.openForReading(in: home.directory) } == kind)
        #expect(FileManager.default.contents(atPath: home.path) == before)
    }

    @Test func `a journal that isn't there is missing, and looking for it makes none`() throws {
        try expectRefused(.missing)
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.directory) == [])
    }

    @Test func `a journal is made once, its owner's alone`() throws {
        try home.create().close()
        #expect(failure { try home.create() } == .exists)
        #expect(failure { try Journal.open(in: home.directory) } == nil)
        var status = stat()
        #expect(stat(home.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func `a newer schema is not ours`() throws {
        try home.create().close()
        try home.raw { try $0.execute(sql: "PRAGMA user_version=99") }
        try expectRefused(.notOurs)
    }

    @Test func `another application's database is not ours`() throws {
        try home.create().close()
        try home.raw { try $0.execute(sql: "PRAGMA application_id=1") }
        try expectRefused(.notOurs)
    }

    @Test func `a database without marks, but with tables, is not ours`() throws {
        try home.raw { try $0.execute(sql: "CREATE TABLE recipe (name TEXT)") }
        try expectRefused(.notOurs)
    }

    @Test func `rows that hold what they can't are damage, and end no process`() throws {
        let journal = try home.create()
        try journal.insert(Home.rotation("R1"), epoch: 0)
        try home.raw { database in
            // As a flipped bit or an editor leaves it: types are checked on the way in only.
            try database.execute(
                sql: """
                    PRAGMA writable_schema=ON;
                    UPDATE sqlite_schema
                        SET sql = replace(sql, 'next_at INTEGER NOT NULL', 'next_at ANY')
                        WHERE name = 'rotation';
                    """)
        }
        try home.raw { try $0.execute(sql: "UPDATE rotation SET next_at = NULL") }
        let damaged = try Journal.openForReading(in: home.directory)
        #expect(throws: JournalFailure.self) { try damaged.summaries(live: true) }
        #expect(throws: JournalFailure.self) { try damaged.rotation(RotationID(rawValue: "R1")) }
    }

    @Test func `a file that is no database is not ours`() throws {
        let text = String(repeating: "not a database\n", count: 100)
        try Data(text.utf8).write(to: URL(filePath: home.path))
        try expectRefused(.notOurs)
    }

    @Test func `a journal whose making was cut short is not ours`() throws {
        #expect(FileManager.default.createFile(atPath: home.path, contents: Data()))
        #expect(failure { try Journal.openForReading(in: home.directory) } == .notOurs)
        #expect(failure { try Journal.open(in: home.directory) } == .notOurs)
    }

    @Test func `a journal whose making was cut short is gone on with, and no other`() throws {
        #expect(FileManager.default.createFile(atPath: home.path, contents: Data()))
        #expect(Journal.isUnfinished(in: home.directory))
        try home.create().close()
        #expect(!Journal.isUnfinished(in: home.directory))
        try home.raw { try $0.execute(sql: "DELETE FROM setting") }
        #expect(Journal.isUnfinished(in: home.directory))
        try home.create().close()
        try home.raw { try $0.execute(sql: "PRAGMA application_id=1") }
        #expect(!Journal.isUnfinished(in: home.directory))
    }

    @Test(arguments: [false, true])
    func `the pragmas are in force on every connection`(forReading: Bool) throws {
        try home.create().close()
        try home.raw { try $0.execute(sql: "PRAGMA journal_mode=TRUNCATE") }
        let journal =
            try forReading
            ? Journal.openForReading(in: home.directory) : Journal.open(in: home.directory)
        defer { try? journal.close() }
        let expected = [
            "journal_mode": "delete", "synchronous": "3", "foreign_keys": "1",
            "trusted_schema": "0", "secure_delete": "1", "temp_store": "2", "mmap_size": "0",
            "cell_size_check": "1", "busy_timeout": "10000", "application_id": "1215261796",
            "user_version": "\(Schema.migrations.count)",
        ]
        for (name, value) in expected {
            let found = try journal.reading { try String.fetchOne($0, sql: "PRAGMA \(name)") }
            #expect(found == value || (name == "mmap_size" && found == nil), "\(name)")
        }
    }

    @Test func `a journal that somebody turned to WAL is turned back by a run`() throws {
        try home.create().close()
        try home.raw { database in
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode=WAL")
            #expect(mode == "wal")
        }
        let journal = try Journal.open(in: home.directory)
        defer { try? journal.close() }
        let mode = try journal.reading { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        #expect(mode == "delete")
    }

    @Test func `a journal opened for looking writes nothing, however often it was read`() throws {
        let writer = try home.create()
        try writer.insert(Home.rotation("R1"), epoch: 0)
        let journal = try Journal.openForReading(in: home.directory)
        defer { try? journal.close() }
        for _ in 1...3 {
            #expect(try journal.rotation(RotationID(rawValue: "R1")) != nil)
            let request = Request(
                rotation: RotationID(rawValue: "R1"), kind: .hold, words: "", madeAt: Home.start)
            do {
                try journal.ask(request, client: ClientName(rawValue: "c"))
                Issue.record("it wrote")
            } catch let failure as JournalFailure {
                #expect(failure.kind == .unsuitable)
            }
        }
        #expect(try writer.requests(of: RotationID(rawValue: "R1")) == [])
    }

    @Test func `looking works while a transaction is under way, and sees what was before`() throws {
        let writer = try home.create()
        try writer.insert(Home.rotation("R1"), epoch: 0)
        try writer.queue.writeWithoutTransaction { database in
            try database.inTransaction(.immediate) {
                try database.execute(sql: "UPDATE rotation SET detail = 'half done'")
                let journal = try Journal.openForReading(in: home.directory)
                let seen = try journal.rotation(RotationID(rawValue: "R1"))
                #expect(seen?.detail == nil)
                #expect(try journal.verifyAudit().lines == 1)
                try journal.close()
                return .commit
            }
        }
        #expect(try writer.rotation(RotationID(rawValue: "R1"))?.detail == "half done")
    }

    /// The writer is made to spill a half-done transaction into the database file, and what lies
    /// on the disk at that moment is what a kill would leave: half-written pages and the journal to
    /// roll them back with.
    @Test func `what a killed writer left half done is rolled back by the first look`() throws {
        let writer = try home.create()
        for number in 1...200 { try writer.insert(Home.rotation("R\(number)"), epoch: 0) }
        try writer.close()
        let committed = FileManager.default.contents(atPath: home.path)
        let wreck = try Home()
        try home.raw { database in
            try database.execute(sql: "PRAGMA cache_size=10; PRAGMA cache_spill=1; BEGIN IMMEDIATE")
            try database.execute(
                sql: """
                    UPDATE rotation SET state = 'held', reason = 'torn',
                        detail = hex(randomblob(400));
                    DROP TRIGGER audit_keeps; DELETE FROM audit
                    """)
            for suffix in ["", "-journal"] {
                try FileManager.default.copyItem(
                    atPath: home.path + suffix, toPath: wreck.path + suffix)
            }
            try database.execute(sql: "ROLLBACK")
        }
        #expect(FileManager.default.contents(atPath: wreck.path) != committed)
        let looking = try Journal.openForReading(in: wreck.directory)
        #expect(try looking.summaries(live: true).count == 200)
        #expect(try looking.summaries(live: true).allSatisfy { $0.reason == nil })
        #expect(try looking.verifyAudit() == home.raw { _ in try Self.verdict(home) })
        try looking.close()
        #expect(!FileManager.default.fileExists(atPath: wreck.path + "-journal"))
        #expect(FileManager.default.contents(atPath: wreck.path) == committed)
    }

    @Test func `a journal knows where its key was put`() throws {
        try home.create().close()
        let journal = try Journal.openForReading(in: home.directory)
        defer { try? journal.close() }
        #expect(journal.keyPath == "\(home.directory)/key")
    }

    @Test func `looking needs no right to write`() throws {
        let writer = try home.create()
        try writer.insert(Home.rotation("R1"), epoch: 0)
        try writer.close()
        let journal = try Journal.openForReading(
            in: home.directory, on: MeddlingDisk(isWritable: false))
        defer { try? journal.close() }
        #expect(try journal.summaries(live: true).count == 1)
        let isReadOnly = try journal.reading { $0.configuration.readonly }
        #expect(isReadOnly)
    }

    @Test func `settings that are gone are damage`() throws {
        let journal = try home.create()
        defer { try? journal.close() }
        try home.raw { try $0.execute(sql: "DELETE FROM setting") }
        #expect(throws: JournalFailure(.damaged, "the journal has lost its settings")) {
            try journal.takeOver()
        }
        #expect(failure { try Journal.open(in: home.directory) } != nil)
    }

    private static func verdict(_ home: Home) throws -> AuditVerdict {
        let journal = try Journal.openForReading(in: home.directory)
        defer { try? journal.close() }
        return try journal.verifyAudit()
    }
}
