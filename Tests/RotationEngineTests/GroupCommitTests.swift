import Foundation
import GRDB
import RotationCore
import Testing

@testable import RotationEngine

@Suite struct GroupCommitTests {
    private let home: Home
    private let journal: Journal

    init() throws {
        home = try Home()
        journal = try home.create()
    }

    private func start(_ count: Int) throws -> [Rotation] {
        let rotations = (1...count).map { Home.rotation("R\($0)") }
        for rotation in rotations { try journal.insert(rotation, epoch: 0) }
        return rotations
    }

    private func events() throws -> [String] { try journal.auditLines().map(\.event) }

    private func kind(_ result: Result<JournalReceipt, JournalFailure>) -> JournalFailure.Kind? {
        switch result {
        case .success: nil
        case .failure(let failure): failure.kind
        }
    }

    private func send(_ entry: JournalEntry, of rotation: Rotation, epoch: Int64)
        async -> Result<JournalReceipt, JournalFailure>
    {
        do throws(JournalFailure) {
            return .success(
                try await journal.committer.commit(
                    Home.pending(entry, of: rotation, epoch: epoch), to: journal))
        } catch { return .failure(error) }
    }

    @Test func `a hundred commits at once share transactions, and all are kept`() async throws {
        let rotations = try start(100)
        await withTaskGroup(of: Void.self) { group in
            for rotation in rotations {
                group.addTask {
                    let result = await send(
                        Home.saying("said", ["by": rotation.id.rawValue]), of: rotation, epoch: 0)
                    #expect(kind(result) == nil)
                }
            }
        }
        #expect(await journal.committer.entries == 100)
        #expect(await journal.committer.transactions <= 50)
        #expect(
            Set(try journal.auditLines().filter { $0.event == "said" }.map(\.body)).count == 100)
        #expect(try journal.verifyAudit().damage == nil)
    }

    @Test func `an entry that breaks a rule takes no other with it, and leaves nothing`()
        async throws
    {
        let rotations = try start(5)
        let entries = rotations.map { rotation in
            var (entry, changed) = (Home.saying("said"), rotation)
            changed.detail = "changed"
            // Past the creation without ids.
            if rotation.id.rawValue == "R3" { changed.state = .running(.write) }
            entry.rotation = changed
            return Home.pending(entry, of: rotation, epoch: 0)
        }
        let results = try await journal.commit(entries)
        #expect(results.map(kind) == [nil, nil, .ruleBroken, nil, nil])
        #expect(try events().filter { $0 == "said" }.count == 4)
        let details = try rotations.map { try journal.rotation($0.id)?.detail }
        #expect(details == ["changed", "changed", nil, "changed", "changed"])
        #expect(try journal.verifyAudit().damage == nil)
    }

    @Test func `a rotation that isn't there is not written`() async throws {
        var entry = Home.saying("said")
        entry.rotation = Home.rotation("nobody's")
        let results = try await journal.commit([
            Home.pending(entry, of: Home.rotation("nobody's"), epoch: 0)
        ])
        #expect(results.map(kind) == [.ruleBroken])
        #expect(try events() == [])
    }

    @Test func `a line of the audit that was taken back breaks no chain`() async throws {
        let rotations = try start(2)
        try home.raw { database in
            try database.execute(
                sql: """
                    CREATE TRIGGER refuse BEFORE INSERT ON audit WHEN NEW.event = 'refused'
                    BEGIN SELECT RAISE(ABORT, 'no'); END
                    """)
        }
        var failing = Home.saying("said")
        failing.audit.append(AuditEvent("refused"))
        let entries = [failing, Home.saying("said")]
        let results = try await journal.commit(
            zip(entries, rotations).map { Home.pending($0, of: $1, epoch: 0) })
        #expect(results.map(kind) == [.ruleBroken, nil])
        #expect(try journal.auditLines().map(\.sequence) == [1, 2, 3])
        #expect(try journal.verifyAudit().damage == nil)
    }

    @Test func `an earlier run is fenced in the intent and in the outcome`() async throws {
        let rotation = try start(1)[0]
        let epoch = try journal.takeOver()
        var intent = Home.saying("sent")
        intent.opened = RotationCore.Operation(
            rotation: rotation.id, phase: .create, kind: .create, target: "server")
        let receipt = try await send(intent, of: rotation, epoch: epoch).get()
        let later = try journal.takeOver()
        #expect(later == epoch + 1)

        var outcome = Home.saying("answered")
        outcome.closed = [ClosedOperation(number: receipt.operation ?? 0, outcome: .ok)]
        var other = intent
        other.opened = RotationCore.Operation(
            rotation: rotation.id, phase: .create, kind: .delete, target: "orphan")
        #expect(kind(await send(outcome, of: rotation, epoch: epoch)) == .fenced)
        #expect(kind(await send(other, of: rotation, epoch: epoch)) == .fenced)
        #expect(try await journal.openOperations(of: rotation.id).map(\.target) == ["server"])
        #expect(try events() == ["rotation-started", "sent"])

        #expect(kind(await send(outcome, of: rotation, epoch: later)) == nil)
        #expect(try await journal.openOperations(of: rotation.id) == [])
    }

    @Test func `an earlier run starts nothing`() throws {
        let epoch = try journal.takeOver()
        _ = try journal.takeOver()
        #expect(throws: JournalFailure(.fenced, "a later run has taken over")) {
            try journal.insert(Home.rotation("R1"), epoch: epoch)
        }
        #expect(try journal.summaries(live: true) == [])
        #expect(try events() == [])
    }

    @Test func `what can't be undone is refused while a person's request is open`() async throws {
        let rotation = try start(1)[0]
        let request = Request(
            rotation: rotation.id, kind: .hold, words: "wait", madeAt: Home.start)
        try journal.ask(request, client: rotation.client)
        var entry = Home.saying("sent")
        entry.yieldsToRequests = true
        #expect(kind(await send(entry, of: rotation, epoch: 0)) == .busy)
        #expect(try !events().contains("sent"))
        let open = try journal.requests(of: rotation.id)
        #expect(open.map(\.kind) == [.hold])
        entry.answered = open.map(\.number)
        #expect(kind(await send(entry, of: rotation, epoch: 0)) == nil)
        #expect(try journal.requests(of: rotation.id) == [])
    }

    @Test func `when the disk is full nothing more is written by this process`() async throws {
        let rotations = try start(3)
        try await journal.queue.writeWithoutTransaction { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            try database.execute(sql: "PRAGMA max_page_count=\(pages)")
        }
        let much = Home.saying("said", ["much": String(repeating: "a", count: 200_000)])
        #expect(kind(await send(much, of: rotations[0], epoch: 0)) == .diskFull)
        try await journal.queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA max_page_count=1073741823")
        }
        let little = Home.saying("said")
        for rotation in rotations {
            #expect(kind(await send(little, of: rotation, epoch: 0)) == .diskFull)
        }
        #expect(try !events().contains("said"))
        #expect(try journal.verifyAudit().damage == nil)

        let next = try Journal.open(in: home.directory)
        let pending = Home.pending(little, of: rotations[0], epoch: 0)
        #expect(try await next.commit([pending]).map(kind) == [nil])
    }
}
