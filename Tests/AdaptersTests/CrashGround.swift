import Foundation
import HTTPTransport
import Plans
import ProcessTesting
import RotationCore
import Synchronization

@testable import Adapters

/// A practice server on which rotations of one kind are killed, each with a client of its own.
struct CrashGround {
    typealias Dialect = PracticeServerProcess.Dialect

    /// A dialect, and how it is used.
    struct Kind: Sendable, CustomStringConvertible {
        let dialect: Dialect
        /// Whether two of its registrations take turns.
        var isBlueGreen = false
        /// Whether WSO2 hashes secrets: what was made is then lost with the answer.
        var isHashed = false
        /// Whether somebody else makes a secret just before ours is made.
        var isShared = false

        var description: String {
            dialect.rawValue + (isBlueGreen ? ", blue-green" : "") + (isHashed ? ", hashed" : "")
                + (isShared ? ", shared" : "")
        }
        /// Whether the client_id changes with the secret.
        var changesID: Bool { isBlueGreen || Dialect.paired.contains(dialect) }
    }

    let kind: Kind
    let bench: Workbench
    let server: PracticeServerProcess
    let clock: LeapingClock
    let http = CurlClient()

    init(_ kind: Kind, on bench: Workbench) async throws {
        (self.kind, self.bench) = (kind, bench)
        server = try await PracticeServerProcess.start(on: bench)
        clock = LeapingClock(of: server)
        if kind.dialect == .keycloak { try await server.allowKeycloakRotation() }
        // The oracle has no person who signs in at Google.
        try await server.set(
            #"{"google_client_credentials":true,"wso2_shows_secrets":\#(!kind.isHashed)}"#)
    }

    /// How a rotation ended that was killed at one call.
    struct Outcome {
        /// Whether it has as many calls.
        let isReached: Bool
        /// Whether that call changes anything.
        let isChange: Bool
        /// For what it was held.
        let holds: [Reason]
        /// What is wrong with its end.
        let problems: [String]
    }

    /// Runs a rotation that is killed at call `n`, with a client of its own.
    func outcome(ofKillingAt n: Int, _ side: FatalCall.Side) async throws -> Outcome {
        let name = "billing\(n)\(side.rawValue)"
        let client = try await Subject(name, on: self)
        let fate = FatalCall(n, side) { [kind] () async throws(AdapterError) in
            if kind.isShared { try await client.addForeign() }
        }
        let rotation = MortalRotation(
            plan: client.plan, directory: try bench.directory("state-\(name)"), clock: clock,
            http: http, environment: server.values, fate: fate)
        let ending = try await rotation.run()
        var problems: [String] = []
        switch ending.rotation.state {
        case .completed: problems = try await client.problemsWhenCompleted()
        case .held: problems = try await client.problemsWhenHeld()
        case let state: problems = ["\(state)"]
        }
        return Outcome(
            isReached: fate.isReached, isChange: fate.isChange, holds: ending.holds,
            problems: problems)
    }
}

extension CrashGround {
    /// A client with its store and its plan.
    final class Subject: Sendable {
        let ground: CrashGround
        let plan: Plan
        private let path: String
        private let before: Pair
        /// The id of somebody else's secret.
        private let theirs = Mutex<CredentialID?>(nil)

        /// What the store holds.
        private struct Pair: Codable, Equatable, Sendable {
            var client_id: String
            var client_secret: String
        }

        init(_ name: String, on ground: CrashGround) async throws {
            self.ground = ground
            let (kind, bench, server) = (ground.kind, ground.bench, ground.server)
            before = Pair(client_id: name, client_secret: Self.makeSecret())
            try await server.createClient(kind.dialect, name, secret: before.client_secret)
            let text =
                kind.changesID
                ? String(decoding: try JSONEncoder().encode(before), as: UTF8.self)
                : before.client_secret
            path = try bench.write(text, to: "secret-\(name)")
            let store =
                kind.changesID
                ? PlanText.file(
                    path, "format: json", "field: client_secret", "client_id_field: client_id")
                : PlanText.file(path)
            var plan = PlanText.of(kind.dialect, name, at: server, stores: [store])
            plan.rules = [
                "soak: 1s", "overlap: 1s", "watch: 0s", "probe: {successes: 1, window: 0s}",
                "retry: {first: 1s, cap: 1s, settle: 1s}", "exclusive: \(Self.isExclusive(kind))",
            ]
            if kind.isBlueGreen {
                let green = "\(name)green"
                try await server.createClient(kind.dialect, green, secret: Self.makeSecret())
                plan.rules += ["strategy: blue-green", "green_client_id: \(green)"]
            } else if Dialect.single.contains(kind.dialect) {
                plan.rules.append("allow_outage: true")
            }
            let reader = PlanReader(descriptors: AdapterRegistry.descriptors)
            self.plan = try reader.read(plan.text, file: "\(name).yaml")[0]
        }

        /// Letters and digits, as every server takes them.
        private static func makeSecret() -> String {
            (UUID().uuidString + UUID().uuidString).replacing("-", with: "")
        }

        /// Whether a plan has to say that nobody else makes secrets: where what was made is told
        /// by nothing but its being new.
        private static func isExclusive(_ kind: Kind) -> Bool {
            let descriptor = AdapterRegistry.descriptors.servers.first {
                $0.type == kind.dialect.rawValue
            }
            guard let capabilities = descriptor?.capabilities else { return false }
            return switch capabilities.recognition {
            case .label: false
            case .value:
                kind.changesID || (capabilities.shape == .list && capabilities.origin == .server)
            case .trial, .time, .none: true
            }
        }

        /// Somebody else's secret beside the old one.
        func addForeign() async throws(AdapterError) {
            let clock = ground.clock
            let registry = AdapterRegistry(http: ground.http, environment: ground.server.values) {
                clock.now()
            }
            let server = try await registry.server(of: plan)
            let made = try await server.create(nil, label: "somebody-else").id
            theirs.withLock { $0 = made }
        }

        /// What is wrong at the end: the store's secret is accepted, the old one refused, and there
        /// is no third but somebody else's.
        func problemsWhenCompleted() async throws -> [String] {
            let now = try stored()
            let theirs = theirs.withLock { $0?.rawValue }
            var problems: [String] = []
            if now.client_secret == before.client_secret { problems.append("the same secret") }
            if try await !isAccepted(now) { problems.append("what the store holds is refused") }
            if try await isAccepted(before) { problems.append("the old secret is accepted") }
            let left = try await ground.server.client(now.client_id).live
            if left.count != (theirs == nil ? 1 : 2) { problems.append("\(left.count) are left") }
            if let theirs, !left.contains(where: { $0.id == theirs && $0.isAccepted }) {
                problems.append("somebody else's is gone")
            }
            return problems
        }

        /// What is wrong while a person is waited for: nothing has changed for the consumers.
        func problemsWhenHeld() async throws -> [String] {
            let now = try stored()
            var problems: [String] = []
            if now != before { problems.append("the store was written") }
            if try await !isAccepted(now) { problems.append("what the store holds is refused") }
            return problems
        }

        private func stored() throws -> Pair {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            guard ground.kind.changesID else {
                return Pair(client_id: before.client_id, client_secret: text)
            }
            return try JSONDecoder().decode(Pair.self, from: Data(text.utf8))
        }

        private func isAccepted(_ pair: Pair) async throws -> Bool {
            try await ground.server.tokenStatus(
                ground.kind.dialect, pair.client_id, pair.client_secret) == 200
        }
    }
}
