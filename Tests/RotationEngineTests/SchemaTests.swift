import GRDB
import RotationCore
import Testing

@testable import RotationEngine

/// What the database refuses whoever asks: the state law, stated a second time.
@Suite struct SchemaTests {
    private typealias Columns = [String: (any DatabaseValueConvertible)?]

    private let home: Home

    init() throws {
        home = try Home()
        try home.create().close()
        try home.raw { database in
            try database.execute(sql: "INSERT INTO plan VALUES ('d', '{}')")
            try Self.insert(["id": "R1"], database)
        }
    }

    private static func insert(
        _ changes: Columns, _ database: Database
    ) throws {
        var columns: Columns = [
            "client": "billing", "state": "running", "phase": "create", "started_at": 1,
            "next_at": 1, "plan_digest": "d", "body": "{}",
        ]
        columns.merge(changes) { $1 }
        let names = columns.keys.sorted()
        let marks = names.map { _ in "?" }.joined(separator: ", ")
        try database.execute(
            sql: "INSERT INTO rotation (\(names.joined(separator: ", "))) VALUES (\(marks))",
            arguments: StatementArguments(names.map { columns[$0] ?? nil }))
    }

    /// What SQLite says to a rotation with these columns; nil where it takes it.
    private func refusal(_ changes: Columns) throws -> String? {
        try home.raw { database in
            try refusal(database) {
                var row = changes
                row["id"] = "R2"
                row["client"] = changes["client"] ?? "mail"
                try Self.insert(row, database)
            }
        }
    }

    private func refusal(_ database: Database, _ body: () throws -> Void) throws -> String? {
        do {
            try body()
            return nil
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            return error.message ?? ""
        }
    }

    private func refusal(sql: String) throws -> String? {
        try home.raw { database in
            try refusal(database) { try database.execute(sql: sql) }
        }
    }

    private static var ids: Columns {
        ["old_credential": "a", "new_credential": "b"]
    }

    @Test func `a client has one live rotation, and any number of past ones`() throws {
        #expect(try refusal(["client": "billing"])?.contains("rotation.client") == true)
        let held: Columns = [
            "client": "billing", "state": "held", "reason": "by-operator",
        ]
        #expect(try refusal(held)?.contains("rotation.client") == true)
        let past: Columns = [
            "client": "billing", "state": "abandoned", "phase": nil, "ended_at": 2,
        ]
        #expect(try refusal(past) == nil)
    }

    @Test func `a rotation is over exactly when it has an end and no phase`() throws {
        for state in ["completed", "abandoned"] {
            let over = Self.ids.merging(["state": state, "phase": nil, "ended_at": 2]) { $1 }
            #expect(
                try refusal(over.merging(["ended_at": nil]) { $1 })?.contains("ended_at") == true)
            #expect(try refusal(over.merging(["phase": "close"]) { $1 })?.contains("phase") == true)
        }
        #expect(try refusal(["ended_at": 2])?.contains("ended_at") == true)
        #expect(try refusal(["phase": nil])?.contains("phase") == true)
        let over = Self.ids.merging(["state": "completed", "phase": nil, "ended_at": 2]) { $1 }
        #expect(try refusal(over) == nil)
    }

    @Test func `held needs a reason`() throws {
        #expect(try refusal(["state": "held"])?.contains("reason") == true)
        #expect(try refusal(["state": "held", "reason": "by-operator"]) == nil)
    }

    @Test(arguments: Phase.allCases)
    func `past the creation both ids are known`(phase: Phase) throws {
        let mayLack = [.stage, .announce, .ready, .create, .withdraw].contains(phase)
        let bare = try refusal(["phase": phase.rawValue])
        #expect((bare == nil) == mayLack)
        try home.raw { try $0.execute(sql: "DELETE FROM rotation WHERE id = 'R2'") }
        if !mayLack {
            let half = try refusal(["phase": phase.rawValue, "old_credential": "a"])
            #expect(half?.contains("new_credential") == true)
            let other = try refusal(["phase": phase.rawValue, "new_credential": "a"])
            #expect(other?.contains("new_credential") == true)
        }
        #expect(try refusal(Self.ids.merging(["phase": phase.rawValue]) { $1 }) == nil)
    }

    @Test func `a rotation is not completed without ids`() throws {
        let completed: Columns = [
            "state": "completed", "phase": nil, "ended_at": 2,
        ]
        #expect(try refusal(completed)?.contains("old_credential") == true)
    }

    @Test func `the old id and the new one differ`() throws {
        let same: Columns = [
            "phase": "write", "old_credential": "a", "new_credential": "a",
        ]
        #expect(try refusal(same)?.contains("old_credential <> new_credential") == true)
    }

    @Test func `unknown words, other types and plans that aren't there are refused`() throws {
        #expect(try refusal(["state": "paused"])?.contains("state") == true)
        #expect(try refusal(["phase": "issue"])?.contains("phase") == true)
        #expect(try refusal(["body": "null"])?.contains("body") == true)
        #expect(try refusal(["plan_digest": "e"])?.contains("FOREIGN KEY") == true)
        #expect(try refusal(["next_at": "soon"])?.contains("INTEGER") == true)
    }

    @Test func `an effect has one open intent at a time`() throws {
        let insert = """
            INSERT INTO operation (rotation, phase, kind, target, epoch, intent_at)
            VALUES ('R1', 'write', 'write', 'vault', 1, 1)
            """
        #expect(try refusal(sql: insert) == nil)
        #expect(try refusal(sql: insert)?.contains("operation.target") == true)
        let elsewhere = insert.replacing("'vault'", with: "'file'")
        #expect(try refusal(sql: elsewhere) == nil)
        #expect(
            try refusal(sql: "UPDATE operation SET outcome = 'ok'")?.contains("outcome_at") == true)
        let close = "UPDATE operation SET outcome = 'unknown', outcome_at = 2"
        #expect(try refusal(sql: close.replacing("unknown", with: "maybe")) != nil)
        #expect(try refusal(sql: close) == nil)
        #expect(try refusal(sql: insert) == nil)
        #expect(
            try refusal(sql: elsewhere.replacing("'R1'", with: "'R9'"))?.contains("FOREIGN") == true
        )
        #expect(
            try refusal(sql: elsewhere.replacing("'write', 'write'", with: "'write', 'burn'"))
                != nil)
    }

    @Test func `a role has one sealed secret, and the journal one row about itself`() throws {
        let seal = "INSERT INTO sealed_secret VALUES ('R1', 'old', x'00', 1)"
        #expect(try refusal(sql: seal) == nil)
        #expect(try refusal(sql: seal) != nil)
        #expect(try refusal(sql: seal.replacing("old", with: "older")) != nil)
        let second = "INSERT INTO setting SELECT 2, 'x', 0, key_id, '', canary, 1, '' FROM setting"
        #expect(try refusal(sql: second)?.contains("one = 1") == true)
    }

    @Test func `the audit is only ever added to`() throws {
        let line = "(1, 1, 1, 'c', 'R1', 'e', '{}', zeroblob(32))"
        #expect(try refusal(sql: "INSERT INTO audit VALUES \(line)") == nil)
        for sql in [
            "UPDATE audit SET at = 2", "DELETE FROM audit", "REPLACE INTO audit VALUES \(line)",
            "INSERT INTO audit VALUES \(line) ON CONFLICT DO UPDATE SET at = 2",
        ] {
            #expect(try refusal(sql: sql)?.contains("append-only") == true, "\(sql)")
        }
        let short = line.replacing("(1, 1,", with: "(2, 1,").replacing(
            "zeroblob(32)", with: "x'00'")
        #expect(try refusal(sql: "INSERT INTO audit VALUES \(short)")?.contains("hash") == true)
    }
}
