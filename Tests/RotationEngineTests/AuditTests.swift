import Foundation
import GRDB
import RotationCore
import Testing

@testable import RotationEngine

/// Everything that can be done to the audit behind our back is named, with its line.
@Suite struct AuditTests {
    private static let count = 5

    private let home: Home
    private let journal: Journal
    private let head: String

    init() async throws {
        home = try Home()
        journal = try home.create()
        let rotation = Home.rotation("R1")
        try journal.insert(rotation, epoch: 0)
        for number in 2..<Self.count {
            let entry = Home.saying("step-\(number)", ["note": "é/\"\(number)"])
            let results = try await journal.commit([
                Home.pending(entry, of: rotation, epoch: 0)
            ])
            _ = try results.map { try $0.get() }
        }
        // A line that is of no rotation.
        try await journal.queue.write { database in
            var trail = try AuditTrail(database)
            try trail.append(
                AuditEvent("keys-turned"), client: nil, rotation: nil, epoch: 7, at: Home.start,
                database)
        }
        let verdict = try journal.verifyAudit()
        head = verdict.head
        #expect(verdict.damage == nil && verdict.lines == Self.count)
    }

    /// What the verification says after each of `tamperings`, every one undone again.
    private func damages(_ tamperings: [(sql: String, arguments: StatementArguments)]) throws
        -> [String?]
    {
        let verdicts = try home.raw { database in
            try database.execute(
                sql: """
                    PRAGMA ignore_check_constraints=ON; BEGIN;
                    DROP TRIGGER audit_keeps; DROP TRIGGER audit_stays;
                    DROP TRIGGER audit_is_not_replaced
                    """)
            let verdicts = try tamperings.map { tampering in
                try database.execute(sql: "SAVEPOINT before")
                try database.execute(sql: tampering.sql, arguments: tampering.arguments)
                let verdict = try AuditVerdict(readFrom: database)
                try database.execute(sql: "ROLLBACK TO before")
                return verdict.damage
            }
            try database.execute(sql: "ROLLBACK")
            return verdicts
        }
        let whole = AuditVerdict(
            lines: Int64(Self.count), head: head, fault: nil, damage: nil)
        #expect(try journal.verifyAudit() == whole)
        return verdicts
    }

    private func damage(_ sql: String, _ arguments: StatementArguments = []) throws -> String? {
        try damages([(sql, arguments)])[0]
    }

    private static let texts = ["client", "rotation", "event", "body", "hash"]

    @Test(arguments: texts)
    func `any altered byte of a text or a hash is named with its line`(column: String) throws {
        let type = column == "hash" ? "BLOB" : "TEXT"
        for line in 1...Self.count {
            let stored = try home.raw { database in
                try Data.fetchOne(
                    database, sql: "SELECT CAST(\(column) AS BLOB) FROM audit WHERE sequence = ?",
                    arguments: [line])
            }
            guard let stored else { continue }
            // The last mask makes the byte a NUL.
            let altered = stored.indices.flatMap { index in
                Set([0x01, 0x20, 0x80, stored[index]]).subtracting([0]).map { mask in
                    var bytes = stored
                    bytes[index] ^= mask
                    return bytes
                }
            }
            let sql = "UPDATE audit SET \(column) = CAST(? AS \(type)) WHERE sequence = ?"
            let found = try damages(altered.map { (sql, [$0, line]) })
            #expect(found == altered.map { _ in "line \(line) was altered" })
        }
    }

    @Test(arguments: ["at", "epoch"])
    func `any altered bit of a number is named with its line`(column: String) throws {
        for line in 1...Self.count {
            let sql = """
                UPDATE audit SET \(column) = (\(column) | ?1) - (\(column) & ?1)
                WHERE sequence = ?2
                """
            let found = try damages(
                (0..<64).map { (sql, [Int64(bitPattern: UInt64(1) << UInt64($0)), line]) })
            #expect(found == (0..<64).map { _ in "line \(line) was altered" })
        }
    }

    @Test func `a line with another number is out of order where it was`() throws {
        for line in 1...Self.count {
            for number in [-1, 0, 6, 7, 1 << 40] where number != line {
                let found = try damage(
                    "UPDATE audit SET sequence = ? WHERE sequence = ?", [number, line])
                let first = number < 1 ? 1 : line
                #expect(found == "line \(first) is out of order", "\(line) as \(number)")
            }
        }
    }

    @Test(arguments: texts)
    func `bytes behind a NUL, nothing and no value are told apart`(column: String) throws {
        for line in 1...Self.count {
            for value in ["\(column) || char(0) || 'x'", "''", "coalesce(\(column), '')"] {
                let isSame = try home.raw { database in
                    try Bool.fetchOne(
                        database,
                        sql: "SELECT \(column) IS (\(value)) FROM audit WHERE sequence = ?",
                        arguments: [line])
                }
                let isNull =
                    value.contains("char") && line == Self.count
                    && ["client", "rotation"].contains(column)
                if isSame == true || isNull || (column == "hash" && !value.contains("char")) {
                    continue
                }
                let type = column == "hash" ? "BLOB" : "TEXT"
                let found = try damage(
                    "UPDATE audit SET \(column) = CAST(\(value) AS \(type)) WHERE sequence = ?",
                    [line])
                #expect(found == "line \(line) was altered", "\(value)")
            }
        }
    }

    @Test func `a NUL in a text breaks no chain`() throws {
        try home.raw { database in
            var trail = try AuditTrail(database)
            try trail.append(
                AuditEvent("a\0b", ["c\0": "\0"]), client: ClientName(rawValue: "\0x"),
                rotation: nil, epoch: 1, at: Home.start, database)
        }
        #expect(try journal.verifyAudit().damage == nil)
        #expect(try journal.auditLines().last?.event == "a\u{FFFD}b")
    }

    @Test func `a dropped line is named`() throws {
        for line in 1..<Self.count {
            let found = try damage("DELETE FROM audit WHERE sequence = ?", [line])
            #expect(found == "line \(line) is missing")
            let closedUp = """
                DELETE FROM audit WHERE sequence = \(line);
                UPDATE audit SET sequence = -sequence WHERE sequence > \(line);
                UPDATE audit SET sequence = -sequence - 1 WHERE sequence < 0
                """
            #expect(try damage(closedUp) == "line \(line) was altered")
        }
    }

    @Test func `swapped lines are named`() throws {
        for line in 1..<Self.count {
            let swap = """
                UPDATE audit SET sequence = -1 WHERE sequence = \(line);
                UPDATE audit SET sequence = \(line) WHERE sequence = \(line + 1);
                UPDATE audit SET sequence = \(line + 1) WHERE sequence = -1
                """
            #expect(try damage(swap) == "line \(line) is out of order")
        }
    }

    @Test func `an inserted line is named`() throws {
        for line in 1...Self.count {
            let insert = """
                UPDATE audit SET sequence = -sequence WHERE sequence >= \(line);
                UPDATE audit SET sequence = 1 - sequence WHERE sequence < 0;
                INSERT INTO audit
                SELECT \(line), at, epoch, client, rotation, 'approved', body, hash
                FROM audit LIMIT 1
                """
            #expect(try damage(insert) == "line \(line) is out of order")
        }
        let append = """
            INSERT INTO audit SELECT 6, at, epoch, client, rotation, event, body, hash FROM audit
            WHERE sequence = 5
            """
        #expect(try damage(append) == "line 6 was altered")
    }

    @Test func `a line that was forged with its hash is betrayed by the next`() throws {
        let lines = try journal.auditLines()
        var previous = AuditTrail.beginning
        for (line, next) in zip(lines, lines.dropFirst()) {
            let forged = AuditLine(
                sequence: line.sequence, at: line.at, epoch: line.epoch, client: line.client,
                rotation: line.rotation, event: "forged", body: line.body)
            let found = try damage(
                "UPDATE audit SET event = 'forged', hash = ? WHERE sequence = ?",
                [forged.hash(after: previous), line.sequence])
            #expect(found == "line \(next.sequence) was altered")
            previous = line.hash(after: previous)
        }
    }

    @Test func `a cut in the middle is named, and one at the end shows in the head`() throws {
        #expect(
            try damage("DELETE FROM audit WHERE sequence IN (2, 3)")
                == "line 2 is missing")
        try home.raw { database in
            try database.execute(
                sql: "DROP TRIGGER IF EXISTS audit_keeps; DELETE FROM audit WHERE sequence = 5")
        }
        let verdict = try journal.verifyAudit()
        #expect(verdict.damage == nil)
        #expect(verdict.lines == 4)
        #expect(verdict.head != head)
        #expect(try journal.verifyAudit(through: head).damage?.contains("cut off") == true)
        #expect(try journal.verifyAudit(through: verdict.head).damage == nil)
    }

    @Test func `lines are read as they were written, of one rotation or of all`() throws {
        #expect(try journal.auditLines().map(\.sequence) == [1, 2, 3, 4, 5])
        let lines = try journal.auditLines(of: RotationID(rawValue: "R1"))
        #expect(lines.map(\.event) == ["rotation-started", "step-2", "step-3", "step-4"])
        #expect(lines[1].body == #"{"note":"é/\"2"}"#)
        #expect(try journal.auditLines().last?.client == nil)
    }
}
