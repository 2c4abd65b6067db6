import RotationCore
import RotationTesting
import Synchronization
import Testing

@testable import RotationEngine

/// What is found before anything is made, and keeps it from being made.
@Suite struct BeforeCreationTests {
    private func held(
        _ configuration: World.Configuration = .clientSupplied,
        _ change: (inout AnchoredHome) -> Void
    ) async throws -> Rotation {
        var here = try AnchoredHome(configuration)
        change(&here)
        let report = try await here.run()
        #expect(here.world.ownCount == 0, "a secret was made")
        #expect(here.world.trace.allSatisfy { $0 != .write && $0 != .delete })
        return try #require(report.driven.values.first)
    }

    private func odd(_ here: inout AnchoredHome, _ change: (inout OddPorts) -> Void) {
        var ports = OddPorts(here.world)
        change(&ports)
        here.ports = ports
    }

    @Test func `a store without a secret leaves none to turn`() async throws {
        let rotation = try await held { odd(&$0) { $0.stored = { _ in nil } } }
        #expect(rotation.state == .held(.create) && rotation.reason == .storeEmpty)
        #expect(rotation.detail == "store0 holds no secret yet, so there is none to turn")
    }

    @Test func `a plan without a store leaves none to turn either`() async throws {
        let rotation = try await held { $0.plan.stores = [] }
        #expect(rotation.reason == .storeEmpty && rotation.detail == "the plan names no store")
    }

    @Test func `stores that disagree are a person's`() async throws {
        let rotation = try await held { here in
            here.world.meddle { $0.overwriteStore(1, with: "foreign") }
        }
        #expect(rotation.state == .held(.create) && rotation.reason == .storesDisagree)
        #expect(rotation.detail?.hasPrefix("store1 ") == true)
    }

    @Test func `a secret that the server refuses is not turned`() async throws {
        let rotation = try await held { here in
            here.world.meddle { meddling in
                meddling.overwriteStore(0, with: "foreign")
                meddling.overwriteStore(1, with: "foreign")
            }
        }
        #expect(rotation.state == .held(.create) && rotation.reason == .oldSecretRefused)
    }

    @Test func `among secrets that can't be told apart the old one is a person's`() async throws {
        var configuration = World.Configuration.labelled
        configuration.hasForeignSecret = true
        let rotation = try await held(configuration) { _ in }
        #expect(rotation.state == .held(.create) && rotation.reason == .oldSecretUnclear)
        #expect(rotation.detail?.contains("none of 2 listed secrets") == true)
    }

    @Test func `the only listed secret is not taken for the old one where it is another`()
        async throws
    {
        let rotation = try await held(.labelled) { here in
            odd(&here) { ports in
                ports.listed = { $0.map { Credential(id: $0.id, isOther: true) } }
            }
        }
        #expect(rotation.state == .held(.create) && rotation.reason == .oldSecretUnclear)
        #expect(rotation.detail?.contains("none of 1 listed secrets") == true)
    }

    @Test func `the only secret that isn't another's is the old one`() async throws {
        var configuration = World.Configuration.labelled.watched
        configuration.hasForeignSecret = true
        var here = try AnchoredHome(configuration)
        odd(&here) { ports in
            ports.listed = { listed in
                listed.enumerated().map { index, listed in
                    index == 1 ? Credential(id: listed.id, isOther: true) : listed
                }
            }
        }
        let rotation = try #require(try await here.run().driven.values.first)
        #expect(rotation.body.creations == 1 && here.world.ownCount == 1)
        #expect(rotation.oldCredential == rotation.body.baseline.first)
    }

    @Test func `a server that keeps one secret at a time has no overlap`() async throws {
        let rotation = try await held(.single) { _ in }
        #expect(rotation.state == .held(.create) && rotation.reason == .noOverlap)
    }

    @Test func `a problem that the server knows of is told, a warning is not in the way`()
        async throws
    {
        let warning = Finding(.warning, code: "old-policy", message: "soon gone")
        let problem = Finding(.problem, code: "no-right", message: "the admin may only read")
        let rotation = try await held { odd(&$0) { $0.findings = [warning, problem] } }
        #expect(rotation.state == .held(.create) && rotation.reason == .preflight)
        #expect(rotation.detail == "no-right: the admin may only read")
        var here = try AnchoredHome()
        odd(&here) { $0.findings = [warning] }
        #expect(try await here.run().driven.values.first?.newCredential != nil)
    }

    @Test func `what no port can be made for is said by the target's name`() async throws {
        let settings = AdapterError(.refused, code: "settings", message: "no such issuer")
        var rotation = try await held { odd(&$0) { $0.serverFailure = settings } }
        #expect(rotation.state == .held(.create) && rotation.reason == .refusedByTarget)
        #expect(rotation.detail == "server: no such issuer")
        let missing = AdapterError(.missing, code: "none", message: "store0: no token")
        rotation = try await held { odd(&$0) { $0.storeFailure = missing } }
        #expect(rotation.reason == .refusedByTarget && rotation.detail == "store0: no token")
    }

    @Test(arguments: [
        (AdapterError.Kind.unavailable(retryAfter: nil), Reason.storeUnavailable),
        (.unavailable(retryAfter: .seconds(90)), .storeUnavailable),
        (.unauthorized, .unauthorized), (.conflict, .storeNotYetEqual), (.unknown, .unknownOutcome),
        (.limitReached, .slotOccupied), (.wrongTarget, .wrongTarget), (.refused, .refusedByTarget),
    ])
    func `what a failed call leads to depends on what it proves`(
        kind: AdapterError.Kind, reason: Reason
    ) async throws {
        let failure = AdapterError(kind, code: "code", message: "words")
        var start = Instant(milliseconds: 0)
        let rotation = try await held { here in
            odd(&here) { $0.storeFailure = failure }
            start = WorldClock(here.world).now()
        }
        #expect(rotation.reason == reason)
        #expect(rotation.state == (reason.isHeld ? .held(.create) : .running(.create)))
        if kind == .unavailable(retryAfter: .seconds(90)) {
            #expect(rotation.nextAt.since(start) >= .seconds(90))
            #expect(rotation.nextAt.since(start) < .seconds(95))
        }
    }

    @Test func `a value that we make is the same at every attempt, whoever makes it`() async throws
    {
        var here = try AnchoredHome()
        let away = AdapterError(.unavailable(retryAfter: nil), code: "away", message: "away")
        let sent = Mutex<[ClientSecret]>([])
        for failure in [away, away, nil] {
            here.odd { ports in
                ports.creationFailure = failure
                ports.creating = { value in
                    if let value { sent.withLock { $0.append(value) } }
                }
            }
            // Each run is another process.
            _ = try await here.run()
            here.world.advance(to: try #require(try here.look()).nextAt)
        }
        let values = sent.withLock { $0 }
        let first = try #require(values.first)
        #expect(values.count == 3 && values.allSatisfy(first.matches))
        #expect(here.world.ownCount == 1)
    }

    @Test func `a target that became another one is never written to`() async throws {
        var here = try AnchoredHome()
        here.plan.probe = ProbeRule(successes: 2, window: .seconds(30))
        var rotation = try #require(try await here.run().driven.values.first)
        #expect(rotation.state == .running(.accept))
        odd(&here) { $0.identity = TargetIdentity(rawValue: "another-issuer") }
        here.world.advance(to: rotation.nextAt)
        rotation = try #require(try await here.run().driven.values.first)
        #expect(rotation.state == .held(.accept) && rotation.reason == .wrongTarget)
        #expect(
            rotation.detail == "server was fake-issuer and is now another-issuer",
            "\(rotation.detail ?? "")")
        #expect(here.world.trace.count { $0 == .write } == 0)
    }
}

extension Reason {
    /// Whether a failed call with this reason holds the rotation.
    fileprivate var isHeld: Bool { [.slotOccupied, .wrongTarget, .refusedByTarget].contains(self) }
}
