import ProcessTesting
import RotationCore
import Synchronization
import Testing

/// Whole rotations in situations that one vendor's reference describes, and their right endings.
@Suite struct VendorEndingTests {
    private typealias Subject = FateGround.Subject

    private func open(
        _ dialect: PracticeServerProcess.Dialect, _ body: (FateGround) async throws -> Void
    ) async throws {
        try await Workbench.open { bench in
            try await body(try await FateGround(FateGround.Kind(dialect: dialect), on: bench))
        }
    }

    // MARK: Entra

    /// Ten minutes in which each answer is another node's, after the creation and after the
    /// deletion.
    @Test func `at Entra nothing is distributed while nodes disagree, and no consumer fails`()
        async throws
    {
        try await open(.entra) { ground in
            let lag = Span.minutes(10)
            try await ground.server.set(
                #"{"propagation_ms":\#(lag.milliseconds),"propagation_flaps":true}"#)
            let client = try await Subject("billing", on: ground) { plan in
                plan.rules.removeAll { $0.hasPrefix("probe:") || $0.hasPrefix("retry:") }
                plan.rules += [
                    "probe: {successes: 30, window: 1m}",
                    "retry: {first: 2s, cap: 15s, settle: 30s}",
                ]
            }
            let (begin, clock) = (ground.clock.now(), ground.clock)
            let seen = Mutex((asked: 0, failed: 0, distributed: Instant?.none))
            // The consumer, which takes what the store holds at each moment.
            clock.stride(by: .seconds(1)) {
                let (isServed, holdsOld) = (try await client.isServed(), try client.holdsOld())
                seen.withLock { seen in
                    seen.asked += 1
                    if !isServed { seen.failed += 1 }
                    if !holdsOld { seen.distributed = seen.distributed ?? clock.now() }
                }
            }
            let ending = try await ground.outcome(of: client, limit: 4_000)
            #expect(ending.state == .completed && ending.holds == [] && ending.problems == [])
            let (asked, failed, distributed) = seen.withLock { $0 }
            #expect(failed == 0 && asked > 1_200, "\(failed) of \(asked)")
            // All nodes knew of it, and a minute's answers had agreed.
            #expect(try #require(distributed) >= begin + lag)
            #expect(clock.now() >= begin + lag + lag)
        }
    }

    // MARK: Okta

    @Test(arguments: [true, false])
    func `at Okta a second secret is named, active or not, and neither is touched`(
        isActive: Bool
    ) async throws {
        try await open(.okta) { ground in
            let client = try await Subject("billing", on: ground)
            try await client.addForeign()
            let id = try #require(client.others.first)
            if !isActive {
                try await client.port().disable(CredentialID(rawValue: id))
            }
            let before = try await client.live()
            #expect(
                before.count == 2 && before.count { $0.contains(" ACTIVE ") } == (isActive ? 2 : 1))
            let findings = try await client.port().preflight(overlap: .seconds(1))
            let limit = try #require(findings.first { $0.code == "okta-limit-reached" })
            #expect(
                isActive
                    ? limit.message.contains("both are active")
                    : limit.message.contains("\(id) is inactive"))

            let (fate, details) = (FatefulCall(0, .nothing), Details())
            let ending = try await ground.outcome(of: client, fate) { details.note($0) }
            #expect(ending.state == .held(.create) && ending.problems == [])
            #expect(ending.holds == Array(repeating: .slotOccupied, count: 3))
            #expect(details.all.allSatisfy { $0.contains(id) })
            #expect(try await client.live() == before && fate.changes == 0)
        }
    }

    // MARK: Keycloak

    @Test func `at Keycloak without a policy nothing is touched`() async throws {
        try await open(.keycloak) { ground in
            try await ground.server.forbidKeycloakRotation()
            let client = try await Subject("billing", on: ground)
            let before = try await client.live()
            let (fate, details) = (FatefulCall(0, .nothing), Details())
            let ending = try await ground.outcome(of: client, fate) { details.note($0) }
            #expect(ending.holds == Array(repeating: .preflight, count: 3))
            #expect(ending.problems == [] && fate.changes == 0)
            let code = "keycloak-no-rotation-policy"
            #expect(details.all.allSatisfy { $0.contains(code) }, "\(details.all)")
            #expect(try await client.live() == before)
        }
    }

    /// It is there when everything is looked at, and gone when the secret is made.
    @Test func `at Keycloak a policy that goes at the last moment costs no more than two requests`()
        async throws
    {
        try await open(.keycloak) { ground in
            let client = try await Subject("billing", on: ground)
            let fate = FatefulCall(0, .nothing) { () async throws(AdapterError) in
                try? await ground.server.forbidKeycloakRotation()
            } witness: {
                await client.witness()
            }
            let details = Details()
            let ending = try await ground.outcome(of: client, fate) { details.note($0) }
            #expect(ending.state == .held(.create) && ending.problems == [])
            #expect(ending.holds == [.refusedByTarget, .preflight, .preflight])
            #expect(details.all.first?.contains("it was put back at once") == true)
            #expect(try client.holdsOld())
            #expect(try await client.isServed())
            #expect(try await client.live().count == 1 && fate.deletions == 0)
        }
    }

    // MARK: UAA

    /// Before the rotation, and while it sends its own.
    @Test(arguments: [false, true])
    func `at UAA a secret that somebody else added is held for, and none is deleted`(
        isLate: Bool
    ) async throws {
        try await open(.uaa) { ground in
            let client = try await Subject("billing", on: ground)
            if !isLate { try await client.addForeign() }
            let fate = FatefulCall(0, .nothing) { () async throws(AdapterError) in
                if isLate { try await client.addForeign() }
            } witness: {
                await client.witness()
            }
            let details = Details()
            let ending = try await ground.outcome(of: client, fate) { details.note($0) }
            #expect(ending.state == .held(.create) && ending.problems == [])
            #expect(ending.holds == Array(repeating: .slotOccupied, count: 3))
            #expect(details.all.allSatisfy { $0.contains("two secrets already") })
            #expect(fate.deletions == 0 && client.others.count == 1)
            #expect(try await client.live().count { $0.hasSuffix("true") } == 2)
        }
    }
}
