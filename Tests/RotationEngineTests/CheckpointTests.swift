import Foundation
import GRDB
import RotationCore
import Testing

@testable import RotationEngine

/// Signed lines that say how far an audit had come.
@Suite struct CheckpointTests {
    private let home: Home
    private let journal: Journal
    private let key: CheckpointKey
    private let checkpoint: Checkpoint

    init() throws {
        home = try Home()
        journal = try home.create()
        for number in 1...6 { try journal.insert(Home.rotation("R\(number)"), epoch: 0) }
        key = CheckpointKey(of: home.key)
        checkpoint = try Checkpoint(of: journal, with: key, time: "2026-11-23T15:00:00Z")
        for number in 7...9 { try journal.insert(Home.rotation("R\(number)"), epoch: 0) }
    }

    private func fault(_ checkpoint: Checkpoint? = nil) throws -> AuditVerdict.Fault? {
        try journal.verifyAudit(against: checkpoint ?? self.checkpoint, signedBy: key).fault
    }

    private func tamper(_ sql: String) throws {
        try home.raw { try $0.execute(sql: "DROP TRIGGER IF EXISTS audit_keeps; \(sql)") }
    }

    @Test func `a chain that went on passes through it`() throws {
        #expect(try fault() == nil)
        #expect(checkpoint.sequence == 6)
        #expect(Checkpoint(line: checkpoint.line) == checkpoint)
    }

    @Test func `the public half is enough to check, and can't sign`() throws {
        let half = try #require(CheckpointKey(line: key.line))
        #expect(half.id == key.id && checkpoint.isSigned(by: half))
        #expect(half.signature(of: "anything") == nil)
        #expect(CheckpointKey(line: "holdover-checkpoint-key-v1 AAAA") == nil)
        #expect(!checkpoint.isSigned(by: CheckpointKey(of: .generate())))
    }

    @Test func `the key is derived from the sealing key, always the same`() {
        let known = CheckpointKey(of: SealingKey(bytes: Array(0..<32)))
        #expect(known.line == CheckpointKey(of: SealingKey(bytes: Array(0..<32))).line)
        #expect(known.id != SealingKey(bytes: Array(0..<32)).id)
    }

    @Test func `every altered character of the line is refused`() throws {
        let line = Array(checkpoint.line.utf8)
        for index in line.indices {
            for mask in [UInt8(1), 2, 4] {
                var altered = line
                altered[index] ^= mask
                let read = Checkpoint(line: String(decoding: altered, as: UTF8.self))
                // The last digits of base64 have bits that mean nothing.
                if read == checkpoint { continue }
                #expect(read?.isSigned(by: key) != true, "byte \(index)")
            }
        }
        var other = Array(checkpoint.line.utf8)
        let place = other.count - 20
        other[place] = other[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        let forged = try #require(Checkpoint(line: String(decoding: other, as: UTF8.self)))
        #expect(try fault(forged) == .badSignature)
    }

    @Test func `a cut behind it is not seen, one in front of it is named`() throws {
        try tamper("DELETE FROM audit WHERE sequence > 6")
        #expect(try fault() == nil)
        try tamper("DELETE FROM audit WHERE sequence > 5")
        #expect(try fault() == .truncated)
        try tamper("DELETE FROM audit")
        #expect(try fault() == .truncated)
    }

    @Test func `a chain that was made anew is another one`() throws {
        let forger = try Home()
        let other = try forger.create()
        for number in 1...9 { try other.insert(Home.rotation("X\(number)"), epoch: 0) }
        let verdict = try other.verifyAudit(against: checkpoint, signedBy: key)
        #expect(verdict.fault == .mismatch && verdict.damage?.contains("line 6") == true)
    }

    @Test func `a checkpoint of another journal with the same lines is told`() throws {
        let head = try journal.verifyAudit().head
        let other = Checkpoint(
            databaseID: "another", sequence: 9, head: head, time: "now", key: key)
        #expect(try fault(other) == .mismatch)
    }

    @Test func `altered, missing and out of order are told apart`() throws {
        try tamper("DELETE FROM audit WHERE sequence = 3")
        #expect(try fault() == .missing)
        #expect(throws: JournalFailure.self) {
            try Checkpoint(of: journal, with: key, time: "now")
        }
    }

    @Test func `what the public half is made to sign is signed by nobody`() throws {
        let half = try #require(CheckpointKey(line: key.line))
        let unsigned = try Checkpoint(of: journal, with: half, time: "now")
        #expect(unsigned.keyID == key.id && !unsigned.isSigned(by: half))
        #expect(try fault(unsigned) == .badSignature)
    }

    @Test func `an audit's very beginning can be signed, and everything goes on from there`()
        throws
    {
        let fresh = try Home()
        let other = try fresh.create()
        let beginning = try Checkpoint(of: other, with: key, time: "now")
        #expect(beginning.sequence == 0)
        try other.insert(Home.rotation("R1"), epoch: 0)
        #expect(try other.verifyAudit(against: beginning, signedBy: key).damage == nil)
    }
}
