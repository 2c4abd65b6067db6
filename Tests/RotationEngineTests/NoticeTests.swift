import GRDB
import RotationCore
import RotationTesting
import Testing

@testable import RotationEngine

/// What is kept of a client's notices, and where its tokens came from.
@Suite struct NoticeTests {
    private let home: Home
    private let client = ClientName(rawValue: "billing")

    init() throws {
        home = try Home()
        try home.create().close()
        try home.raw { database in
            try database.execute(sql: "INSERT INTO plan VALUES ('d', '{}')")
            for id in ["R1", "R2"] {
                try database.execute(
                    sql: """
                        INSERT INTO rotation (id, client, state, phase, started_at, next_at,
                            plan_digest, body) VALUES (?, ?, 'running', 'create', 1, 1, 'd', '{}')
                        """, arguments: [id, id])
            }
        }
    }

    private func notice(
        _ rotation: String, first: Int64, last: Int64, count: Int, words: String = "w",
        of subject: String = "10.9.9.9", kind: Notice.Kind = .straggler
    ) -> Notice {
        Notice(
            client: client, rotation: RotationID(rawValue: rotation), kind: kind,
            subject: subject, words: words, firstAt: Instant(milliseconds: first),
            lastAt: Instant(milliseconds: last), count: count)
    }

    private func keep(_ notices: Notice...) throws -> [Notice] {
        try home.raw { database in
            for notice in notices { try client.note(notices: [notice], database) }
        }
        let journal = try Journal.openForReading(in: home.directory)
        defer { try? journal.close() }
        return try journal.notices(of: client)
    }

    @Test func `one that is seen again is brought up to date, and never forgets its beginning`()
        throws
    {
        let kept = try keep(
            notice("R1", first: 100, last: 200, count: 3),
            notice("R1", first: 150, last: 300, count: 2, words: "later"))
        #expect(kept == [notice("R1", first: 100, last: 300, count: 3, words: "later")])
    }

    @Test func `in another rotation it begins anew`() throws {
        let kept = try keep(
            notice("R1", first: 100, last: 200, count: 30),
            notice("R2", first: 900, last: 950, count: 2))
        #expect(kept == [notice("R2", first: 900, last: 950, count: 2)])
    }

    @Test func `whoever makes up names fills no journal, and what goes on is kept`() throws {
        let other = notice("R1", first: 0, last: 0, count: 1, kind: .newAddress)
        try home.raw { database in
            try client.note(notices: [other], database)
            for round in Int64(0)..<60 {
                let made = (0..<20).map { number in
                    notice("R1", first: round, last: round, count: 1, of: "\(round)-\(number)")
                }
                let real = notice("R1", first: round, last: round, count: 1, of: "10.7.7.7")
                try client.note(notices: made + [real], database)
            }
        }
        let kept = try keep()
        #expect(kept.count == 501 && kept.contains { $0.subject == "10.7.7.7" })
        #expect(kept.contains(other), "one kind pushes out another")
        #expect(!kept.contains { $0.subject == "30-0" })
    }

    @Test func `addresses are remembered, and the longest unseen are forgotten`() throws {
        let many = Dictionary(
            uniqueKeysWithValues: (0..<600).map { ("10.0.0.\($0)", Instant(milliseconds: $0)) })
        try home.raw { database in
            try client.note(addresses: many, database)
            try client.note(addresses: ["10.0.0.599": Instant(milliseconds: 5)], database)
        }
        let journal = try Journal.openForReading(in: home.directory)
        defer { try? journal.close() }
        let known = try journal.addresses(of: client)
        #expect(known.count == 500 && known.contains("10.0.0.599") && !known.contains("10.0.0.99"))
        #expect(try journal.addresses(of: ClientName(rawValue: "mail")).isEmpty)
    }
}
