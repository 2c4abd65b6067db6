import RotationCore
import RotationTesting
import Synchronization
import Testing

@testable import RotationEngine

/// What is taken for proof that a consumer uses the new secret, by the class of evidence.
@Suite struct ProofTests {
    /// A home whose one consumer is known by `source` only, and reads only when it is told.
    private func home(_ source: EvidenceClass, soak: Span? = nil) throws -> AnchoredHome {
        var configuration = World.Configuration.clientSupplied
        configuration.capabilities.telemetry = .secret
        configuration.habits = [.interval(.seconds(5))]
        configuration.proofs = [source]
        var here = try AnchoredHome(configuration)
        here.plan.soak = soak
        if source == .soak { here.plan.consumers[0].report = nil }
        return here
    }

    private func evidence(_ here: AnchoredHome) throws -> Evidence {
        let journal = try Journal.openForReading(in: here.home.directory)
        defer { try? journal.close() }
        let rotation = try #require(try here.look())
        return try #require(try journal.evidence(of: rotation.id).first)
    }

    private func grades(_ here: AnchoredHome) throws -> [String] {
        let journal = try Journal.openForReading(in: here.home.directory)
        defer { try? journal.close() }
        return try journal.auditLines().filter { $0.event == "guards-passed" }
            .compactMap { $0.body.firstMatch(of: /"grade":"(.)"/).map { String($0.1) } }
    }

    @Test(arguments: [
        (EvidenceClass.fingerprint, "A"), (.telemetry, "A"), (.rollout, "B"),
    ])
    func `proof leads to the end, and its grade is in the audit`(
        source: EvidenceClass, grade: String
    ) async throws {
        let here = try home(source)
        let rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .completed)
        #expect(here.world.violations == [])
        #expect(try evidence(here).source == source)
        let grades = try grades(here)
        #expect(!grades.isEmpty && grades.allSatisfy { $0 == grade })
    }

    @Test(arguments: [(EvidenceClass.storeRead, "C"), (.soak, "D")])
    func `what is no proof counts only with a soak, once it is over`(
        source: EvidenceClass, grade: String
    ) async throws {
        let without = try home(source)
        let stuck = try #require(try await without.drive { $0.state.phase == .overlap })
        #expect(stuck.state == .running(.adopt) && stuck.reason == .adoption)
        #expect(stuck.detail?.hasSuffix("which counts only with `soak:` in the plan") == true)
        #expect(without.world.acceptsOriginal)

        let here = try home(source, soak: .minutes(30))
        let waiting = try #require(try await here.drive { $0.reason == .soak })
        #expect(waiting.state == .running(.adopt))
        let since = try #require(waiting.body.distributedAt)
        #expect(waiting.nextAt == since + .minutes(30))
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
        #expect(try evidence(here).verdict == .assumed)
        let grades = try grades(here)
        #expect(!grades.isEmpty && grades.allSatisfy { $0 == grade })
        #expect(here.world.violations == [])
    }

    @Test func `an instance that is older than the distribution keeps the old secret`()
        async throws
    {
        var here = try home(.rollout)
        here.odd { $0.reported = { _ in .rollout(Rollout(lack: "pod a-1 is older")) } }
        let rotation = try #require(try await here.drive { $0.state.phase == .overlap })
        #expect(rotation.state == .running(.adopt))
        #expect(rotation.detail == "consumer0: pod a-1 is older")
        #expect(here.world.acceptsOriginal)
        here.ports = WorldFactory(here.world)
        #expect(try await here.drive { $0.state.isEnded }?.state == .completed)
    }

    @Test func `evidence is taken again at the guards, of every class`() async throws {
        for source in [EvidenceClass.rollout, .telemetry] {
            var here = try home(source)
            #expect(try await here.driveToTheGuards() != nil)
            here.odd { ports in
                ports.reported = { report in
                    guard case .rollout = report else { return report }
                    return .rollout(Rollout(lack: "pod a-1 came from an old image"))
                }
                ports.listed = { $0.map { $0.used(at: $0.holds == .old ? 9_000 : 8_000) } }
            }
            _ = try await here.run()
            let rotation = try #require(try here.look())
            #expect(rotation.state == .running(.adopt), "\(source)")
            #expect(here.world.acceptsOriginal)
        }
    }

    /// Uses of the old and of the new secret, in seconds; nil is never, or not told.
    @Test(arguments: [
        (
            Optional(10), Optional(15),
            "the server hasn't seen the new secret, and not the old one, for 6s"
        ),
        (10, 9, "the server hasn't seen the new secret, and not the old one, for 6s"),
        (10, nil, "the server tells of no use of the new secret"),
        (nil, 1_000, "the server tells of no use of the old secret at all"),
        (nil, nil, "the server tells of no use of the new secret"),
    ])
    func `a server that may be blind proves nothing`(old: Int?, new: Int?, words: String)
        async throws
    {
        var here = try home(.telemetry)
        here.odd { ports in
            ports.listed = { $0.map { $0.used(at: $0.holds == .old ? old : new) } }
        }
        let rotation = try #require(try await here.drive { $0.state.phase == .overlap })
        #expect(rotation.state == .running(.adopt))
        #expect(rotation.detail?.hasPrefix("consumer0: \(words)") == true)
        #expect(here.world.acceptsOriginal)
    }

    @Test func `what the server saw before the distribution proves nothing`() async throws {
        var here = try home(.telemetry)
        here.odd { ports in
            // Our own look at the new secret, long behind the last use of the old one.
            ports.listed = { $0.map { $0.used(at: $0.holds == .old ? -400_000 : -200_000) } }
        }
        let rotation = try #require(try await here.drive { $0.state.phase == .overlap })
        #expect(rotation.state == .running(.adopt) && here.world.acceptsOriginal)
    }

    @Test func `a value that was away and came back is distributed anew`() async throws {
        var here = try home(.rollout)
        here.plan.overlap = .hours(1)
        let before = try #require(try await here.drive { $0.reason == .overlap })
        // Somebody puts the old value back, and then the new one: nothing is left for us to write.
        let looks = Atomic(0)
        here.odd { ports in
            ports.stored = { stored in
                guard let stored, looks.add(1, ordering: .relaxed).newValue == 1 else {
                    return stored
                }
                return StoredSecret(secret: originalSecret, version: stored.version)
            }
        }
        here.world.advance(to: before.nextAt)
        _ = try await here.run()
        let after = try #require(try here.look())
        let (first, second) = (before.body.distributedAt, after.body.distributedAt)
        #expect(try #require(second) > (try #require(first)))
    }

    @Test func `a server that tells late is believed as much later`() async throws {
        var configuration = World.Configuration.clientSupplied.watched
        configuration.capabilities.telemetry = .secret
        configuration.capabilities.telemetryLag = .seconds(100)
        configuration.proofs = [.telemetry]
        for (old, isProof) in [(1_000 - 105, false), (1_000 - 106, true)] {
            var here = try AnchoredHome(configuration)
            here.odd { ports in
                ports.listed = { $0.map { $0.used(at: $0.holds == .old ? old : 1_000) } }
            }
            let rotation = try #require(try await here.drive { $0.state.isEnded })
            #expect((rotation.state.phase != .adopt) == isProof)
        }
    }

    @Test func `a server without telemetry proves nothing by it`() async throws {
        var configuration = World.Configuration.clientSupplied.watched
        configuration.proofs = [.telemetry]
        let here = try AnchoredHome(configuration)
        let rotation = try #require(try await here.drive { $0.state.phase == .overlap })
        #expect(rotation.detail == "consumer0: the server doesn't tell when a secret was used")
    }

    @Test(arguments: [EvidenceClass.rollout, .telemetry])
    func `what doesn't show that a candidate is tried switches no server`(source: EvidenceClass)
        async throws
    {
        var configuration = World.Configuration.staged.watched
        configuration.proofs = [source]
        let here = try AnchoredHome(configuration)
        let rotation = try #require(try await here.drive { $0.state.phase == .create })
        #expect(rotation.state == .running(.ready))
        #expect(here.world.creations == [])
    }
}

extension Credential {
    /// The same, last used at a moment that is given in seconds from one behind the distribution.
    fileprivate func used(at seconds: Int?) -> Credential {
        Credential(
            id: id, isEnabled: isEnabled, createdAt: createdAt, expiresAt: expiresAt, label: label,
            holds: holds, isOther: isOther, secret: secret,
            lastUsedAt: seconds.map { Instant(milliseconds: 1_700_100_000_000 + Int64($0) * 1_000) }
        )
    }
}
