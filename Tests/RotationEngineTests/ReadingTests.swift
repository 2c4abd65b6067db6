import Foundation
import GRDB
import RotationCore
import Testing

@testable import RotationEngine

/// What the journal tells of clients, rotations and plan files.
@Suite struct ReadingTests {
    private let home: Home
    private let journal: Journal
    private let monthly = Schedule(every: .hours(720))

    init() throws {
        home = try Home()
        journal = try home.create()
    }

    private func note(
        _ names: [String], file: String = "a.yaml", schedule: Schedule? = nil,
        gone: [String] = [], at moment: Instant = Home.start
    ) throws {
        let clients = names.map {
            ClientSeen(
                name: ClientName(rawValue: $0), planFile: file, planDigest: "digest-\($0)",
                schedule: schedule)
        }
        let files = names.isEmpty ? [] : [PlanFileSeen(path: file, signature: "s\(names.count)")]
        try journal.note(files: files, clients: clients, gone: gone, at: moment) { 0.5 }
    }

    @Test func `a client that is seen for the first time is due one period later`() throws {
        try note(["billing", "mail"], schedule: monthly)
        let client = try #require(try journal.client(ClientName(rawValue: "billing")))
        #expect(client.dueAt == Home.start + monthly.every)
        #expect(client.planFile == "a.yaml" && client.planDigest == "digest-billing")
        #expect(client.lastCompletedAt == nil)
        #expect(try journal.clients().map(\.name.rawValue) == ["billing", "mail"])
        #expect(try journal.overdue(at: Home.start) == [])
        let later = Home.start + monthly.every
        #expect(try journal.overdue(at: later).map(\.rawValue) == ["billing", "mail"])
        try journal.insert(Home.rotation("R1", client: "billing"), epoch: 0)
        #expect(try journal.overdue(at: later).map(\.rawValue) == ["mail"])
        // Seen again a week later, it is due when it was: its period began with the first look.
        try note(["billing", "mail"], schedule: monthly, at: Home.start + .hours(168))
        #expect(try journal.client(ClientName(rawValue: "mail"))?.dueAt == later)
        #expect(try journal.client(ClientName(rawValue: "nobody")) == nil)
    }

    @Test func `who is rotated only by hand is never due`() throws {
        try note(["billing"])
        #expect(try journal.client(ClientName(rawValue: "billing"))?.dueAt == nil)
        #expect(try journal.overdue(at: Instant(milliseconds: .max)) == [])
    }

    @Test func `a file that is gone takes its clients' plans along, and leaves their names`()
        throws
    {
        try note(["billing"], schedule: monthly)
        try note(["mail"], file: "b.yaml", schedule: monthly)
        #expect(try journal.planFilesSeen() == ["a.yaml": "s1", "b.yaml": "s1"])
        try note([], gone: ["a.yaml"])
        #expect(try journal.planFilesSeen() == ["b.yaml": "s1"])
        let client = try #require(try journal.client(ClientName(rawValue: "billing")))
        #expect(client.dueAt == nil && client.planDigest == "")
        #expect(try journal.client(ClientName(rawValue: "mail"))?.dueAt != nil)
        // A client that left its file without the file being gone.
        try note(["news", "spam"], file: "b.yaml")
        #expect(try journal.client(ClientName(rawValue: "mail"))?.planDigest == "")
        #expect(try journal.planFilesSeen() == ["b.yaml": "s2"])
    }

    @Test func `a client's period begins with the end of its last rotation`() async throws {
        try note(["billing"], schedule: monthly)
        let rotation = Home.rotation("R1", client: "billing")
        try journal.insert(rotation, epoch: 0)
        let done = Home.start + .hours(10)
        var entry = Home.saying("over")
        entry.nextDue = NextDue(
            client: rotation.client, at: done + .hours(1), completedAt: done)
        let results = try await journal.commit([Home.pending(entry, of: rotation, epoch: 0)])
        _ = try results[0].get()
        var client = try journal.client(rotation.client)
        #expect(client?.lastCompletedAt == done && client?.dueAt == done + .hours(1))
        try note(["billing"], schedule: monthly, at: done + .hours(5))
        client = try journal.client(rotation.client)
        #expect(client?.dueAt == done + monthly.every)
    }

    @Test func `rotations are counted by state, and the held ones told in order`() async throws {
        #expect(try journal.counts() == [:])
        for number in 1...4 {
            var rotation = Home.rotation("R\(number)")
            if number.isMultiple(of: 2) {
                rotation.state = .held(.create)
                rotation.reason = .byOperator
            }
            try journal.insert(rotation, epoch: 0)
        }
        #expect(try journal.counts() == ["running": 2, "held": 2])
        #expect(try journal.stopped(for: []).map(\.id.rawValue) == ["R2", "R4"])
        for (id, reason) in [("R5", Reason.unauthorized), ("R6", .acceptanceWindow)] {
            var rotation = Home.rotation(id)
            rotation.reason = reason
            try journal.insert(rotation, epoch: 0)
        }
        let stopped = try journal.stopped(for: [.unauthorized, .serverUnavailable])
        #expect(stopped.map(\.id.rawValue) == ["R2", "R4", "R5"])
        #expect(try journal.live().count == 6)
        #expect(try journal.nextMove() == Home.start)
        let summaries = try journal.summaries(live: false, of: ClientName(rawValue: "client-of-R4"))
        #expect(summaries.map(\.state) == [.held(.create)])
        #expect(summaries.map(\.reason) == [.byOperator])
    }

    @Test func `evidence is kept once for each consumer, the last look in force`() async throws {
        let rotation = Home.rotation("R1")
        try journal.insert(rotation, epoch: 0)
        let first = Evidence(
            consumer: "web", source: .fingerprint, verdict: .onOther, detail: "old",
            reportedAt: nil, takenAt: Home.start)
        let second = Evidence(
            consumer: "web", source: .rollout, verdict: .proven, detail: "new",
            reportedAt: Home.start, takenAt: Home.start + .seconds(1))
        for evidence in [first, second] {
            var entry = JournalEntry()
            entry.evidence = [evidence]
            let results = try await journal.commit([Home.pending(entry, of: rotation, epoch: 0)])
            _ = try results[0].get()
            #expect(try journal.evidence(of: rotation.id) == [evidence])
        }
        try home.raw { try $0.execute(sql: "UPDATE evidence SET verdict = 'maybe'") }
        #expect(try journal.evidence(of: rotation.id).map(\.verdict) == [.unknown])
    }

    @Test func `a text that isn't there is damage, and ends no process`() throws {
        try note(["billing"])
        try home.raw { database in
            try database.execute(
                sql: """
                    PRAGMA writable_schema=ON;
                    UPDATE sqlite_schema
                        SET sql = replace(sql, 'plan_file TEXT NOT NULL', 'plan_file ANY')
                        WHERE name = 'client';
                    """)
        }
        try home.raw { try $0.execute(sql: "UPDATE client SET plan_file = NULL") }
        let damaged = try Journal.openForReading(in: home.directory)
        #expect(throws: JournalFailure(.damaged, "a row of the journal holds what it can't")) {
            try damaged.clients()
        }
    }

    @Test func `a state that nobody knows is damage`() throws {
        #expect(throws: JournalFailure.self) {
            try Rotation.state(named: "running", phase: "dancing")
        }
        #expect(throws: JournalFailure.self) {
            try Rotation.state(named: "completed", phase: "close")
        }
        #expect(try Rotation.state(named: "abandoned", phase: nil) == .abandoned)
    }
}
