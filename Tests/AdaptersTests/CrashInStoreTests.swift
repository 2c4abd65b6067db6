import Foundation
import HTTPTransport
import Plans
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

/// Kills the engine at request 1 to a store, then at request 2, and so on until a rotation never
/// meets its end: in front of each, and behind those that change anything.
@Suite struct CrashInStoreTests {
    typealias Kind = StorePlace.Kind

    @Test(arguments: Kind.allCases.filter { $0 != .vault })
    func `a crash at any request changes nothing but the time it takes`(kind: Kind) async throws {
        try await Self.sweep(kind)
    }

    static func sweep(_ kind: Kind) async throws {
        var (requests, changes) = (0, 0)
        for n in 1... {
            let before = try await Self.outcome(kind, ofKillingAt: n, .before)
            #expect(before.problems == [], "\(kind), before request \(n)")
            guard before.isReached else { break }
            requests = n
            guard before.isChange else { continue }
            changes += 1
            let after = try await Self.outcome(kind, ofKillingAt: n, .after)
            #expect(after.problems == [] && after.isReached, "\(kind), after request \(n)")
        }
        #expect(requests > 10 && changes > 0, "\(kind): \(requests), \(changes)")
    }

    private struct Outcome {
        let isReached: Bool
        let isChange: Bool
        let problems: [String]
    }

    /// A server of its own for each, since its clock may not be minutes ahead of signatures.
    private static func outcome(_ kind: Kind, ofKillingAt n: Int, _ side: FatefulCall.Side)
        async throws -> Outcome
    {
        try await Workbench.open { bench in
            let server = try await PracticeServerProcess.start(on: bench)
            let old = (UUID().uuidString + UUID().uuidString).replacing("-", with: "")
            try await server.createClient(.okta, "billing", secret: old)
            let text = StorePlace.text(kind)
            let place = try await StorePlace.make(text.replacing("%", with: old), kind, at: server)
            let clock = LeapingClock(of: server)
            let fate = FatefulCall(n, .death(side))
            let rotation = MortalRotation(
                plan: try plan(place, server), directory: try bench.directory("st"),
                clock: clock, http: MortalHTTP(CurlClient(), fate, at: place.url),
                environment: server.values.merging(place.environment) { $1 }, fate: fate,
                isServerFateful: false)
            let ending = try await rotation.run()
            var problems = ending.holds.map { "held for \($0)" }
            if ending.rotation.state != .completed {
                problems.append("\(ending.rotation.state)")
            }
            problems += try await self.problems(place, text, old, server)
            return Outcome(
                isReached: fate.isReached, isChange: fate.isChange, problems: problems)
        }
    }

    private static func plan(_ place: StorePlace, _ server: PracticeServerProcess) throws -> Plan {
        var plan = PlanText.of(.okta, "billing", at: server, stores: [place.lines])
        plan.rules =
            [
                "soak: 1s", "overlap: 1s", "watch: 0s", "probe: {successes: 1, window: 0s}",
                "retry: {first: 1s, cap: 1s, settle: 1s}",
            ] + place.rules
        let reader = PlanReader(descriptors: AdapterRegistry.descriptors)
        return try reader.read(plan.text, file: "billing.yaml")[0]
    }

    /// What is wrong at the end: consumers read a secret that is accepted, the old one is refused,
    /// every other byte is as it was, and one write made one version.
    private static func problems(
        _ place: StorePlace, _ text: String, _ old: String, _ server: PracticeServerProcess
    ) async throws -> [String] {
        let (head, tail) = (text.prefix { $0 != "%" }, text.drop { $0 != "%" }.dropFirst())
        guard let held = try await place.read(), held.hasPrefix(head), held.hasSuffix(tail),
            case let new = String(held.dropFirst(head.count).dropLast(tail.count)), !new.isEmpty
        else {
            return ["the store holds no secret, or other bytes were changed"]
        }
        var problems: [String] = []
        if try await server.tokenStatus(.okta, "billing", new) != 200 {
            problems.append("what the store holds is refused")
        }
        if try await server.tokenStatus(.okta, "billing", old) == 200 {
            problems.append("the old secret is accepted")
        }
        return try await problems + place.leftovers()
    }
}

/// The same at a real OpenBao.
@Suite(.disabled(if: OpenBaoProcess.isSkipped, "HOLDOVER_SKIP_OPENBAO=1"), .openBao)
struct CrashInVaultTests {
    @Test func `a crash at any request changes nothing but the time it takes`() async throws {
        try await CrashInStoreTests.sweep(.vault)
    }
}
