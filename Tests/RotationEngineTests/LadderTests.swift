import Foundation
import RotationCore
import RotationTesting
import Testing

@testable import RotationEngine

/// What becomes of a secret that a server just made where the disk has no room to record it.
@Suite struct LadderTests {
    /// One rotation on a disk that is full from operation `at` on, until the next process.
    private struct Trouble {
        let world: World
        var harness: Harness
        let memory: SimulatedDisk
        var id = RotationID(rawValue: "")

        init(_ name: Scenario.Name, _ kind: DiskFault.Kind, at operation: Int, spoilt: Bool = false)
            throws
        {
            world = World(name.configuration.small)
            harness = try Harness(world: world, template: JournalTemplate(), keepsEngine: true)
            memory = try #require(harness.place.memory)
            if spoilt { memory.spoilBallast() }
            id = try harness.start(world.briefPlan())
            let isOnce = kind == .full
            memory.fail(at: memory.operations + operation, .full, isForever: !isOnce)
        }

        var creations: Int { world.trace.count { "\($0)".hasPrefix("create") } }
    }

    /// The operations around the intent to create, which ends near 49, and its outcome.
    private static let reach = 40...80

    @Test(arguments: [DiskFault.Kind.full, .staysFull])
    func `with its ballast, a full disk never costs a secret`(kind: DiskFault.Kind) async throws {
        for at in Self.reach {
            var trouble = try Trouble(.entra, kind, at: at)
            let rotation = try await trouble.harness.finish(trouble.id)
            #expect(rotation.state == .completed, "at \(at)")
            #expect(trouble.creations == 1, "at \(at)")
        }
    }

    @Test func `without it, the secret is deleted by its id before the process ends`() async throws
    {
        var deletions = 0
        for at in Self.reach {
            var trouble = try Trouble(.entra, .staysFull, at: at, spoilt: true)
            let rotation = try await trouble.harness.run(trouble.id)
            if rotation.body.isCreationOpen {
                #expect(trouble.world.ownCount == 0, "at \(at): nobody knows its value")
                deletions += trouble.creations
            }
            let end = try await trouble.harness.finish(trouble.id)
            #expect(end.state == .completed, "at \(at)")
            #expect(trouble.world.violations == [], "at \(at)")
        }
        #expect(deletions > 0, "the disk was never full at the right moment")
    }

    @Test(arguments: [Scenario.Name.opaqueSlots, .keycloak])
    func `where slots have no ids it is spilled, sealed, and taken in by the next run`(
        name: Scenario.Name
    ) async throws {
        var spills = 0
        for at in Self.reach {
            var trouble = try Trouble(name, .staysFull, at: at, spoilt: true)
            let rotation = try await trouble.harness.run(trouble.id)
            let path = "/elsewhere/holdover-spill-\(trouble.id.rawValue)"
            if rotation.body.isCreationOpen, trouble.creations == 1 {
                #expect(trouble.memory.exists(path), "at \(at)")
                spills += 1
            }
            for secret in trouble.world.secretValues {
                #expect(!trouble.memory.contains(secret), "at \(at)")
            }
            let end = try await trouble.harness.finish(trouble.id)
            // Cut between the intent and the call: a slot that can't be read tells nothing of it.
            let isUnknown = name == .opaqueSlots && trouble.creations == 0
            #expect(isUnknown || end.state == .completed, "at \(at)")
            #expect(isUnknown || trouble.harness.holds == [], "at \(at)")
            #expect(trouble.creations == (isUnknown ? 0 : 1), "at \(at)")
            #expect(!trouble.memory.exists(path), "at \(at)")
            #expect(try trouble.harness.journal().verifyAudit().damage == nil)
        }
        #expect(spills > 0, "the disk was never full at the right moment")
    }

    @Test func `nothing is created where there is no room to record it`() async throws {
        let here = try AnchoredHome()
        let nearlyFull = MeddlingDisk(free: 1_024)
        let report = try await here.run(on: nearlyFull)
        let rotation = try #require(report.driven.values.first ?? nil)
        #expect(rotation.state == .running(.create) && rotation.reason == .diskNearlyFull)
        #expect(rotation.detail?.contains("16384 KiB") == true, "\(rotation.detail ?? "")")
        #expect(here.world.ownCount == 0)
        here.world.advance(to: rotation.nextAt)
        let later = try await here.run()
        #expect(later.driven.values.first?.reason != .diskNearlyFull)
        #expect(here.world.ownCount == 1)
    }

    @Test func `the ballast is made again by a run, really allocated`() async throws {
        let here = try AnchoredHome()
        let path = "\(here.home.directory)/\(Ballast.name)"
        _ = try await here.run()
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600 && status.st_size == 262_144)
        #expect(status.st_blocks * 512 >= 262_144)
    }
}
