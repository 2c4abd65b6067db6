import Foundation
import GRDB
import RotationCore
import RotationTesting
import Testing

@testable import RotationEngine

/// A journal that was put back from a backup is told from the present one: invariant 12.
@Suite struct AnchorTests {
    private let here: AnchoredHome

    init() throws { here = try AnchoredHome() }

    @Test func `the anchor is made for its owner alone, and never over something else`() throws {
        var status = stat()
        #expect(stat(here.anchorPath, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600 && status.st_size == AnchorSlot.fileSize)
        let files = FileSystemDisk()
        #expect(throws: JournalFailure.self) { try files.create([1], at: here.anchorPath) }
        let link = "\(here.outside.directory)/link"
        symlink(here.anchorPath, link)
        #expect(throws: JournalFailure.self) { try files.create([1], at: link) }
        #expect(throws: JournalFailure.self) { try files.store([1], at: 0, of: link) }
        #expect(try here.anchor()?.epoch == 0)
    }

    @Test func `a torn write leaves the slot before it, wherever it is torn`() async throws {
        _ = try await here.run()
        let file = try #require(try DurableFile.read(here.anchorPath))
        let slot = try #require(AnchorSlot(newestOf: file))
        let later = Anchor(
            databaseID: "database", epoch: 9, sequence: 99,
            head: Array(repeating: 0xAB, count: 32))
        let next = AnchorSlot(anchor: later, counter: slot.counter + 1, place: slot.place)
        for count in 0...next.bytes.count {
            var torn = file
            torn.replaceSubrange(
                next.offset..<next.offset + count, with: next.bytes.prefix(count))
            // Now and then what stood there ends with the same bytes.
            let isWhole = torn[next.offset...].starts(with: next.bytes)
            let read = AnchorSlot(newestOf: torn)
            #expect(read == (isWhole ? next : slot), "torn at \(count)")
        }
        for index in next.bytes.indices {
            var torn = file
            torn.replaceSubrange(next.offset..<next.offset + 512, with: next.bytes)
            torn[next.offset + index] ^= 1
            #expect(AnchorSlot(newestOf: torn) == slot, "byte \(index)")
        }
    }

    @Test func `an end of a run leaves journal and anchor at one line`() async throws {
        _ = try await here.run()
        let journal = try Journal.openForReading(in: here.home.directory)
        let verdict = try journal.verifyAudit()
        let anchor = try #require(try here.anchor())
        #expect(anchor.sequence == verdict.lines && anchor.spelledHead == verdict.head)
        #expect(anchor.epoch == 1 && anchor.databaseID == "database")
        #expect(try journal.freeze() == nil)
    }

    @Test func `every earlier journal is refused, and nothing is touched`() async throws {
        var images: [Data] = [try here.database()]
        for _ in 1...6 {
            let report = try await here.run()
            images.append(try here.database())
            report.driven.values.first.map { here.world.advance(to: $0.nextAt) }
        }
        let last = images.removeLast()
        let calls = here.world.calls
        for image in images where image != last {
            try here.put(image)
            #expect(here.refusal() == .olderThanWorld)
            #expect(try here.database() == image)
            let journal = try Journal.openForReading(in: here.home.directory)
            #expect(try journal.freeze()?.kind == .olderThanWorld)
            try journal.close()
        }
        #expect(here.world.calls == calls)
        try here.put(last)
        #expect(here.refusal() == nil)
    }

    @Test func `a journal that went another way since then is refused`() async throws {
        _ = try await here.run()
        try here.home.raw { database in
            try database.execute(
                sql: """
                    DROP TRIGGER audit_stays;
                    UPDATE audit SET hash = zeroblob(32)
                    WHERE sequence = (SELECT max(sequence) FROM audit)
                    """)
        }
        #expect(here.refusal() == .olderThanWorld)
    }

    @Test func `a missing, a damaged and another journal's anchor are refused`() async throws {
        _ = try await here.run()
        let file = try #require(FileManager.default.contents(atPath: here.anchorPath))
        let url = URL(filePath: here.anchorPath)
        try Data(count: AnchorSlot.fileSize).write(to: url)
        #expect(here.refusal() == .anchorMissing)
        let other = Anchor(
            databaseID: "other", epoch: 0, sequence: 0, head: Array(AuditTrail.beginning))
        try Data(AnchorSlot(anchor: other, counter: 0, place: Array(repeating: 0, count: 32)).file)
            .write(to: url)
        #expect(here.refusal() == .olderThanWorld)
        try FileManager.default.removeItem(at: url)
        #expect(here.refusal() == .anchorMissing)
        #expect(!FileManager.default.fileExists(atPath: here.anchorPath), "an anchor was made")
        try file.write(to: url)
        #expect(here.refusal() == nil)
    }

    @Test func `a journal ahead of its anchor goes on, as after a crash between the two`()
        async throws
    {
        _ = try await here.run()
        let file = try #require(FileManager.default.contents(atPath: here.anchorPath))
        for _ in 1...3 {
            let report = try await here.run()
            report.driven.values.first.map { here.world.advance(to: $0.nextAt) }
        }
        try file.write(to: URL(filePath: here.anchorPath))
        #expect(here.refusal() == nil)
    }

    @Test func `no effect follows an intent that the anchor doesn't know`() async throws {
        // The first write is the taking over, the second the intent to create.
        await #expect(throws: JournalFailure(.damaged, "the anchor failed")) {
            try await here.run(on: MeddlingDisk(failing: 2))
        }
        #expect(here.world.ownCount == 0)
        #expect(here.world.secretCount == 1)
        let journal = try Journal.openForReading(in: here.home.directory)
        #expect(try journal.auditLines().map(\.event).contains("create-sent"))
        try journal.close()
        _ = try await here.run()
        let before = here.world.calls
        #expect(throws: JournalFailure(.damaged, "the anchor failed")) {
            try here.engine(on: MeddlingDisk(failing: 1))
        }
        #expect(here.world.calls == before)
    }

    @Test func `the anchor costs one write for each transaction with an intent`() async throws {
        var intents = 0
        for _ in 1...8 {
            let disk = MeddlingDisk()
            let report = try await here.run(on: disk)
            let rotation = try #require(report.driven.values.first ?? nil)
            let journal = try Journal.openForReading(in: here.home.directory)
            let sent = try journal.auditLines().count { $0.event.hasSuffix("-sent") }
            try journal.close()
            // One more where the run begins, and one where it ends.
            #expect(disk.writes <= sent - intents + 2)
            #expect(disk.writes <= report.transactions + 2)
            intents = sent
            if rotation.state.isEnded { break }
            here.world.advance(to: rotation.nextAt)
        }
        #expect(intents > 2)
    }

    @Test func `a journal of the first schema is read, moved forward and goes on`() throws {
        let home = try Home()
        try home.createOld(schema: 1)
        try home.raw { database in
            try database.execute(
                sql: """
                    INSERT INTO plan VALUES ('d', '{}');
                    INSERT INTO rotation
                        (id, client, state, phase, started_at, next_at, plan_digest, body)
                        VALUES ('R1', 'billing', 'running', 'create', 1, 1, 'd', '{}');
                    INSERT INTO evidence (rotation, consumer, verdict, detail, taken_at)
                        VALUES ('R1', 'web', 'proven', 'it reports the new secret', 1)
                    """)
        }
        let id = RotationID(rawValue: "R1")
        let looking = try Journal.openForReading(in: home.directory)
        #expect(try looking.freeze() == nil)
        #expect(looking.anchorPath == nil)
        #expect(try looking.notices().isEmpty)
        #expect(try looking.evidence(of: id).map(\.source) == [.fingerprint])
        try looking.close()
        let journal = try Journal.open(in: home.directory)
        try journal.checkAnchor()
        try journal.advanceAnchor()
        #expect(try journal.evidence(of: id).map(\.source) == [.fingerprint])
        let version = try journal.reading { try Int.fetchOne($0, sql: "PRAGMA user_version") }
        #expect(version == Schema.migrations.count)
    }

    @Test func `a journal without the very line that the anchor names is refused`() async throws {
        _ = try await here.run()
        let said = try #require(try here.anchor())
        try here.ask(.hold)
        try here.home.raw { database in
            try database.execute(
                sql: "DROP TRIGGER audit_keeps; DELETE FROM audit WHERE sequence = ?",
                arguments: [said.sequence])
        }
        #expect(here.refusal() == .olderThanWorld)
    }

    @Test func `the anchor is written behind whatever it says, read before or not`() async throws {
        _ = try await here.run()
        try here.ask(.hold)
        let journal = try Journal.open(in: here.home.directory)
        defer { try? journal.close() }
        try journal.advanceAnchor()
        #expect(try here.anchor()?.sequence == journal.verifyAudit().lines)
        let slot = try #require(AnchorSlot(newestOf: DurableFile.read(here.anchorPath) ?? []))
        try journal.advanceAnchor()
        let same = AnchorSlot(newestOf: try DurableFile.read(here.anchorPath) ?? [])
        #expect(same == slot, "it was written for nothing")
    }

    @Test func `only an anchor under which no run was begun is written over by another init`()
        async throws
    {
        func create(_ id: String) throws -> Journal {
            let home = try Home()
            return try Journal.create(
                in: home.directory, key: home.key, keyPath: "/nowhere",
                anchorPath: here.anchorPath, databaseID: id, at: Home.start)
        }
        // An init that was cut short behind its anchor leaves one for epoch 0.
        _ = try create("second")
        #expect(try here.anchor()?.databaseID == "second")
        let used = try AnchoredHome()
        _ = try await used.run()
        let file = try #require(FileManager.default.contents(atPath: used.anchorPath))
        try file.write(to: URL(filePath: here.anchorPath))
        #expect(throws: JournalFailure.self) { try create("third") }
        #expect(FileManager.default.contents(atPath: here.anchorPath) == file)
    }

    @Test func `whatever fails on the disks, a rotation ends as it must`() async throws {
        let simulation = try await Simulation()
        var number = 0
        for world in [Scenario.Name.okta, .entra] {
            for kind in DiskFault.Kind.allCases {
                for at in 1...simulation.operations(of: Scenario(world)) {
                    number += 1
                    // A slice: a prime, so that every fault meets operations of all sorts.
                    guard number.isMultiple(of: 17) else { continue }
                    var scenario = Scenario(world)
                    scenario.diskFault = DiskFault(kind, at: at)
                    let outcome = await simulation.run(scenario)
                    #expect(outcome.problems == [], "\(world) \(kind) at \(at)")
                }
            }
        }
    }
}
