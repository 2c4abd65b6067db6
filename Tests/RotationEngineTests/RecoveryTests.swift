import Foundation
import RotationCore
import RotationTesting
import Testing

@testable import RotationEngine

/// A journal that was put back, what the world shows beside it, and a person's decision.
@Suite struct RecoveryTests {
    private var here: AnchoredHome
    /// The journal as it was when the secret was made and nothing distributed.
    private let early: Data

    init() async throws {
        here = try AnchoredHome()
        here.plan.probe = ProbeRule(successes: 2, window: .seconds(30))
        _ = try await here.run()
        early = try here.database()
    }

    private func recovery() throws -> Recovery {
        try Recovery(
            directory: here.home.directory, key: here.home.key, factory: here.ports,
            clock: WorldClock(here.world))
    }

    private func sighting() async throws -> Sighting {
        let recovery = try recovery()
        defer { try? recovery.journal.close() }
        return try #require(try await recovery.sightings(of: [here.plan]).first)
    }

    /// A journal from before the distribution, in a world from behind it.
    private func putBack() async throws {
        let rotation = try await here.drive { $0.state == .running(.disable) || $0.state.isEnded }
        #expect(rotation != nil)
        try here.put(early)
    }

    @Test func `a journal that agrees with its anchor is no case for a recovery`() throws {
        let recovery = try recovery()
        defer { try? recovery.journal.close() }
        #expect(recovery.freeze == nil)
        #expect(throws: JournalFailure.self) { try self.recovery() }
    }

    @Test func `what server and stores show is told beside what the journal has of it`()
        async throws
    {
        var seen = try await sighting()
        #expect(seen.rotation != nil && seen.phase == .accept && seen.troubles == [])
        #expect(seen.stores.map(\.holds) == ["old", "old"])
        #expect(Set(seen.stores.map(\.fingerprint)).count == 1)
        #expect(seen.secrets.map(\.owner) == [.old, .new])
        #expect(seen.secrets.map(\.isInStores) == [true, false])
        here.world.meddle { meddling in
            meddling.addForeignSecret("theirs")
            meddling.overwriteStore(1, with: "foreign-theirs")
        }
        seen = try await sighting()
        #expect(seen.stores.map(\.holds) == ["old", "neither"])
        #expect(seen.secrets.map(\.owner) == [.old, .new, .others])
        // The stores hold no common value, so none of the listed is the one in them.
        #expect(seen.secrets.map(\.isInStores) == [false, false, nil])
    }

    @Test func `a label of ours is told from somebody else's secret`() async throws {
        var here = try AnchoredHome(.labelled)
        here.world.meddle { $0.addForeignSecret("theirs") }
        let start = here.plan
        here.plan.client = ClientName(rawValue: "other")
        let engine = try here.engine()
        _ = try engine.start(start, digest: "digest", trigger: "test")
        try engine.journal.close()
        let factory = WorldFactory(here.world)
        let server = try await factory.server(of: start)
        _ = try await server.create(nil, label: "holdover/X/1")
        let seen = await Recovery.sightings(of: [start], key: here.home.key, factory: factory)
        #expect(seen.first?.secrets.map(\.owner) == [.others, .others, .ours])
        #expect(seen.first?.secrets.last?.label == "holdover/X/1")
    }

    @Test func `clients without a rotation are looked at too, by name`() async throws {
        var other = here.plan
        other.client = ClientName(rawValue: "a-client-before")
        let recovery = try recovery()
        defer { try? recovery.journal.close() }
        let seen = try await recovery.sightings(of: [here.plan, other])
        #expect(seen.map(\.client.rawValue) == ["a-client-before", "billing"])
        #expect(seen[0].rotation == nil && seen[0].phase == nil)
        // Nothing is sealed for it: what the stores hold is the one to recognise.
        #expect(seen[0].stores.map(\.holds) == ["a-secret", "a-secret"])
        #expect(seen[0].secrets.map(\.isInStores) == [true, nil])
        #expect(seen[1].rotation != nil)
    }

    @Test func `without a journal the plans alone say where to look`() async throws {
        var other = here.plan
        other.client = ClientName(rawValue: "a-client-before")
        let seen = await Recovery.sightings(
            of: [here.plan, other], key: here.home.key, factory: here.ports)
        #expect(seen.map(\.client.rawValue) == ["a-client-before", "billing"])
        #expect(seen.allSatisfy { $0.rotation == nil && $0.troubles == [] })
        #expect(seen[0].stores.map(\.holds) == ["a-secret", "a-secret"])
    }

    @Test func `what can't be looked at is said, and the rest is looked at all the same`()
        async throws
    {
        let gone = AdapterError(.unavailable(retryAfter: nil), code: "gone", message: "gone")
        var ports = OddPorts(here.world)
        ports.storeFailure = gone
        var seen = await Recovery.sightings(
            of: [here.plan], key: here.home.key, factory: ports)
        #expect(seen[0].troubles == ["store0: gone", "store1: gone"] && seen[0].stores == [])
        #expect(seen[0].secrets.count == 2)
        ports.storeFailure = nil
        ports.serverFailure = gone
        ports.stored = { _ in nil }
        seen = await Recovery.sightings(of: [here.plan], key: here.home.key, factory: ports)
        #expect(seen[0].troubles == ["server: gone"] && seen[0].secrets == [])
        #expect(seen[0].stores.map(\.holds) == ["nothing", "nothing"])
        #expect(seen[0].stores.allSatisfy { $0.fingerprint == nil })
    }

    @Test func `a person's word holds every live rotation, and the anchor follows`() async throws {
        try await putBack()
        let said = try #require(try here.anchor())
        let recovery = try recovery()
        #expect(recovery.freeze?.kind == .olderThanWorld)
        let before = here.world.calls
        let held = try recovery.accept(reason: "the disk died")
        #expect(here.world.calls == before, "something was asked of the world")
        let rotation = try #require(try recovery.journal.latest(of: here.plan.client))
        #expect(held == [rotation.id])
        #expect(rotation.state == .held(.accept) && rotation.reason == .recovered)
        #expect(rotation.detail == "the disk died")
        let lines = try recovery.journal.auditLines()
        #expect(lines.suffix(2).map(\.event) == ["recovered", "held"])
        #expect(lines.suffix(2).first?.body.contains("\"\(said.spelledHead)\"") == true)
        #expect(try recovery.journal.freeze() == nil)
        #expect(try here.anchor()?.databaseID == "database")
        try recovery.journal.close()
    }

    @Test func `where the anchor is gone the audit says so, and another is made`() throws {
        try FileManager.default.removeItem(atPath: here.anchorPath)
        let recovery = try recovery()
        #expect(recovery.freeze?.kind == .anchorMissing)
        #expect(try recovery.accept(reason: "lost").count == 1)
        let line = try recovery.journal.auditLines().first { $0.event == "recovered" }
        #expect(line?.body.contains(#""anchor":"none""#) == true)
        #expect(try here.anchor()?.sequence == recovery.journal.verifyAudit().lines)
        try recovery.journal.close()
    }

    @Test func `a journal made for one that is gone says which one that was`() async throws {
        let lost = try #require(try here.anchor())
        let fresh = try Home()
        let journal = try Journal.create(
            in: fresh.directory, key: here.home.key, keyPath: "/nowhere",
            anchorPath: here.anchorPath, replacesAnchor: true, databaseID: "later", at: Home.start)
        try journal.noteLoss(lost, reason: "the machine burnt", at: Home.start)
        let lines = try journal.auditLines()
        #expect(lines.map(\.event) == ["recovered"])
        for word in ["the machine burnt", lost.spelledHead, lost.databaseID, "later"] {
            #expect(lines[0].body.contains("\"\(word)\""), "\(word)")
        }
        #expect(try here.anchor()?.databaseID == "later" && here.anchor()?.epoch == 0)
    }

    @Test func `anchors of earlier journals are found by their directory, the furthest first`()
        throws
    {
        let key = "\(here.outside.directory)/key"
        let place = AnchorSlot.place(of: here.home.directory)
        func put(_ name: String, epoch: Int64, place: [UInt8], _ id: String) throws -> String {
            let anchor = Anchor(
                databaseID: id, epoch: epoch, sequence: 1, head: Array(AuditTrail.beginning))
            let path = "\(here.outside.directory)/\(name)"
            let slot = AnchorSlot(anchor: anchor, counter: 0, place: place)
            try FileSystemDisk().create(slot.file, at: path)
            return path
        }
        let first = AnchorSearch.path(beside: key, databaseID: "01ABCDEFGHJKMNPQ")
        #expect(first == "\(here.outside.directory)/holdover-anchor-ghjkmnpq")
        let early = try put("holdover-anchor-early", epoch: 2, place: place, "early")
        let late = try put("holdover-anchor-late", epoch: 7, place: place, "late")
        _ = try put("holdover-anchor-unused", epoch: 0, place: place, "unused")
        _ = try put("holdover-anchor-other", epoch: 9, place: Array(repeating: 1, count: 32), "x")
        let named = try put("elsewhere", epoch: 3, place: Array(repeating: 1, count: 32), "named")
        try FileSystemDisk().create([1, 2], at: "\(here.outside.directory)/holdover-anchor-bad")
        func found(at path: String?) -> [String] {
            AnchorSearch.anchors(for: here.home.directory, beside: key, orAt: path).map(\.path)
        }
        #expect(found(at: nil) == [late, early])
        #expect(found(at: named) == [late, named, early])
        #expect(
            AnchorSearch.anchors(for: here.home.directory, beside: "/none/key", orAt: nil).isEmpty)
    }
}
