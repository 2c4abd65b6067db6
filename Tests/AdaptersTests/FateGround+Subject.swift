import Foundation
import Plans
import ProcessTesting
import RotationCore
import Synchronization

@testable import Adapters

extension FateGround {
    /// A client with its store and its plan.
    final class Subject: Sendable {
        let ground: FateGround
        let name: String
        let plan: Plan
        private let path: String
        private let before: Pair
        private let theirs = Mutex<[String]>([])
        private let noted = Mutex<[String]>([])

        /// What the store holds.
        private struct Pair: Codable, Equatable, Sendable {
            var client_id: String
            var client_secret: String
            /// What consumers try where that is refused.
            var next_secret: String?
        }

        init(
            _ name: String, on ground: FateGround, edit: (inout PlanText) -> Void = { _ in }
        ) async throws {
            (self.ground, self.name) = (ground, name)
            let (kind, bench, server) = (ground.kind, ground.bench, ground.server)
            let old = Self.makeSecret()
            before = Pair(
                client_id: name, client_secret: old, next_secret: kind.isStaged ? old : nil)
            try await server.createClient(kind.dialect, name, secret: before.client_secret)
            let text =
                kind.isDocument
                ? String(decoding: try JSONEncoder().encode(before), as: UTF8.self)
                : before.client_secret
            path = try bench.write(text, to: "secret-\(name)")
            var plan = PlanText.of(
                kind.dialect, name, at: server, stores: [Self.store(kind, at: path)])
            if let own = kind.own { plan.describe(as: own) }
            plan.rules = [
                "soak: 1s", "overlap: 1s", "watch: 0s", "probe: {successes: 1, window: 0s}",
                "retry: {first: 1s, cap: 1s, settle: 1s}", "exclusive: \(Self.isExclusive(kind))",
            ]
            if kind.isBlueGreen {
                let green = "\(name)green"
                try await server.createClient(kind.dialect, green, secret: Self.makeSecret())
                plan.rules += ["strategy: blue-green", "green_client_id: \(green)"]
            } else if kind.isStaged {
                plan.rules.append("strategy: pre-stage")
            } else if Dialect.single.contains(kind.dialect) {
                plan.rules.append("allow_outage: true")
            }
            edit(&plan)
            let reader = PlanReader(descriptors: AdapterRegistry.descriptors)
            self.plan = try reader.read(plan.text, file: "\(name).yaml")[0]
        }

        private static func store(_ kind: Kind, at path: String) -> [String] {
            guard kind.isDocument else { return PlanText.file(path) }
            return PlanText.file(
                path, "format: json", "field: client_secret",
                kind.isStaged ? "candidate_field: next_secret" : "client_id_field: client_id")
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

        /// What was wrong.
        var problems: [String] { noted.withLock { $0 } }
        func note(_ problem: String) { noted.withLock { $0.append(problem) } }

        /// The ids of somebody else's secrets.
        var others: [String] { theirs.withLock { $0 } }

        /// Somebody else's secret beside the old one.
        func addForeign() async throws(AdapterError) {
            let server = try await port()
            let value = server.capabilities.origin == .client ? ClientSecret.unguessable() : nil
            let label = "somebody-else-\(others.count)"
            let made = try await server.create(value, label: label).id.rawValue
            theirs.withLock { $0.append(made) }
        }

        /// The adapter, for what others do and what is looked at behind the engine's back.
        func port() async throws(AdapterError) -> any AuthorizationServer {
            let clock = ground.clock
            let registry = AdapterRegistry(http: ground.http, environment: ground.server.values) {
                clock.now()
            }
            return try await registry.server(of: plan)
        }

        /// What the server has of the client, in words that change with it.
        func live() async throws -> [String] {
            try await ground.server.client(name).live.map {
                "\($0.id) \($0.sha256) \($0.status) \($0.isAccepted)"
            }
        }

        /// What the store holds, which must be accepted at every moment, or what stands beside it;
        /// where one secret replaces the other, that can't be.
        func witness() async {
            let kind = ground.kind
            guard !kind.switches || kind.isStaged else { return }
            guard var now = try? stored() else { return note("the store can't be read") }
            if (try? await isAccepted(now)) == true { return }
            now.client_secret = now.next_secret ?? now.client_secret
            if (try? await isAccepted(now)) == true { return }
            note("what the store holds was refused")
        }

        /// At the end the store's secret is accepted, the old one refused, and there is no third
        /// but somebody else's.
        func lookWhenCompleted() async throws {
            let now = try stored()
            if now.client_secret == before.client_secret { note("the same secret") }
            if try await !isAccepted(now) { note("what the store holds is refused") }
            if let next = now.next_secret, next != now.client_secret { note("a candidate is left") }
            if try await isAccepted(before) { note("the old secret is accepted") }
            try await lookAtOthers(beside: now)
        }

        /// At the end the store and the server are what they were.
        func lookWhenAbandoned() async throws {
            let now = try stored()
            if now != before { note("the store holds another secret") }
            if try await !isAccepted(before) { note("the old secret is refused") }
            try await lookAtOthers(beside: before)
            let known = KnownSecrets(old: ClientSecret(before.client_secret))
            let listed = try await port().credentials(knowing: known)
            if listed.count != 1 + others.count { note("\(listed.count) are listed") }
        }

        /// While a person is waited for nothing has changed for the consumers; where one secret
        /// replaces the other, they are waited for by it.
        func lookWhenHeld(_ rotation: Rotation) async throws {
            if ground.kind.switches, rotation.reason == .cannotWithdraw { return }
            let now = try stored()
            if now != before { note("the store was written") }
            if try await !isAccepted(now) { note("what the store holds is refused") }
        }

        private func lookAtOthers(beside now: Pair) async throws {
            let left = try await ground.server.client(now.client_id).live
            if left.count != 1 + others.count { note("\(left.count) are left") }
            for id in others where !left.contains(where: { $0.id == id && $0.isAccepted }) {
                note("somebody else's is gone")
            }
        }

        private func stored() throws -> Pair {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            guard ground.kind.isDocument else {
                return Pair(client_id: before.client_id, client_secret: text)
            }
            return try JSONDecoder().decode(Pair.self, from: Data(text.utf8))
        }

        /// Whether the server takes what the store holds, as it does of a consumer.
        func isServed() async throws -> Bool { try await isAccepted(try stored()) }
        /// Whether the store holds what it held at the beginning.
        func holdsOld() throws -> Bool { try stored() == before }

        private func isAccepted(_ pair: Pair) async throws -> Bool {
            try await ground.server.tokenStatus(
                ground.kind.dialect, pair.client_id, pair.client_secret) == 200
        }
    }
}
