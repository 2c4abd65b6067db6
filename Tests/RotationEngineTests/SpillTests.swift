import Foundation
import RotationCore
import RotationTesting
import Testing

@testable import RotationEngine

/// Sealed secrets that lie beside the journal: which are taken in, and which are not.
@Suite struct SpillTests {
    private let here: AnchoredHome

    init() async throws {
        // A creation of which the run never heard: no answer, and nothing to find.
        here = try AnchoredHome(.opaqueSlots.watched)
        var (cut, ports) = (here, OddPorts(here.world))
        ports.creationFailure = AdapterError(.unknown, code: "lost", message: "no answer")
        cut.ports = ports
        let rotation = try #require(try await cut.run().driven.values.first)
        #expect(rotation.state == .running(.create) && rotation.body.isCreationOpen)
    }

    private var path: String {
        get throws {
            "\(here.home.directory)/holdover-spill-\(try #require(try here.look()).id.rawValue)"
        }
    }

    private func spill(
        database: String = "database", rotation: String? = nil, creations: Int = 1
    ) throws -> Spill {
        let live = try #require(try here.look())
        let record = try Sealer(key: here.home.key, database: "database").seal(
            ClientSecret("the-new-value"), rotation: live.id, client: live.client, role: .new)
        return Spill(
            database: database, rotation: rotation.map(RotationID.init(rawValue:)) ?? live.id,
            creations: creations, new: CredentialID(rawValue: "current"),
            old: CredentialID(rawValue: "rotated"), record: Data(record))
    }

    private func put(_ spill: Spill) throws {
        try Data(JSONEncoder().encode(spill)).write(to: URL(filePath: try path))
    }

    /// Opens an engine, which takes in what it finds; the rotation afterwards.
    private func open() throws -> Rotation {
        try here.engine().journal.close()
        return try #require(try here.look())
    }

    @Test func `the record of the open creation is taken in, and the file removed`() async throws {
        try put(try spill())
        let rotation = try open()
        #expect(rotation.state == .running(.accept) && !rotation.body.isCreationOpen)
        #expect(rotation.newCredential?.rawValue == "current")
        #expect(rotation.oldCredential?.rawValue == "rotated")
        #expect(!FileManager.default.fileExists(atPath: try path))
        let journal = try Journal.openForReading(in: here.home.directory)
        defer { try? journal.close() }
        let record = try #require(try journal.sealedRecord(of: rotation.id, role: .new))
        let opened = try journal.sealer(with: here.home.key).open(
            record, rotation: rotation.id, client: rotation.client, role: .new)
        #expect(opened.matches(ClientSecret("the-new-value")))
        #expect(try await journal.openOperations(of: rotation.id) == [])
        #expect(try journal.auditLines().map(\.event).suffix(2) == ["create-ok", "phase-done"])
        #expect(try journal.verifyAudit().damage == nil)
    }

    @Test func `a file of another journal or rotation, or none of ours, is left alone`() throws {
        let strange: [() throws -> Void] = [
            { try put(try spill(database: "other")) }, { try put(try spill(rotation: "other")) },
            { try Data("{".utf8).write(to: URL(filePath: try path)) },
        ]
        for put in strange {
            try put()
            let rotation = try open()
            #expect(rotation.state == .running(.create) && rotation.body.isCreationOpen)
            #expect(FileManager.default.fileExists(atPath: try path))
        }
    }

    @Test func `the record of an earlier creation is needed no more`() throws {
        try put(try spill(creations: 0))
        let rotation = try open()
        #expect(rotation.state == .running(.create) && rotation.newCredential == nil)
        #expect(!FileManager.default.fileExists(atPath: try path))
    }

    @Test func `while a person has the rotation the record waits`() async throws {
        try await hold()
        try put(try spill())
        #expect(try open().state == .held(.create))
        #expect(FileManager.default.fileExists(atPath: try path))
    }

    private func hold() async throws {
        let live = try #require(try here.look())
        let engine = try here.engine()
        try engine.journal.ask(
            Request(rotation: live.id, kind: .hold, words: "", madeAt: live.nextAt),
            client: live.client)
        try await engine.answerRequests(of: live)
        try engine.journal.close()
    }
}
