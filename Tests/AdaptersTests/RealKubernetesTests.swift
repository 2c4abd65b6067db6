import AdapterContracts
import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

/// A store and a hook at a real API server, with etcd and the controllers of Deployments, as a user
/// who may do no more than the page says.
@Suite(
    .enabled(
        if: RealServerProcess.areWanted && RealServerProcess.hasCluster,
        "HOLDOVER_REAL_SERVERS=1 starts a cluster, where kubernetes.sh finds the binaries"),
    .serialized, .realServer("kubernetes")) struct RealKubernetesTests
{
    private let server: RealServerProcess
    private let ground: KubernetesGround

    init() throws {
        server = try #require(WithRealServer.current)
        ground = KubernetesGround(
            url: server["URL"], http: CurlClient(), caFile: server["CA_FILE"],
            environment: server.values)
    }

    @Test(
        arguments: [("one", [:]), ("two", KubernetesStoreTests.fields)]
            as [(String, [String: SettingValue])])
    func `the store keeps its contract, whichever call is cut`(
        name: String, settings: [String: SettingValue]
    ) async throws {
        let violations = try await KubernetesStoreTests.violations(
            of: settings, on: ground, named: name)
        #expect(violations == [])
        // Each write under the same name: others see one writer and not many.
        let held = try await ground.set("GET", "\(KubernetesGround.secrets)/\(name)")
        guard case .array(let entries, _)? = try held.node(at: ["metadata", "managedFields"])
        else {
            Issue.record("there are no managers")
            return
        }
        let managers = try entries.indices.map {
            try held.node(at: ["metadata", "managedFields", "\($0)", "manager"])?.text
        }
        #expect(managers.count { $0 == "holdover" } == 1)
    }

    @Test func `what is refused is told apart`() async throws {
        let other = try await ground.makeSecret(["client_secret": "s"], #","immutable":true"#)
        let store = try await ground.store(["secret": .text(other)])
        #expect(
            try await store.preflight().map(\.code)
                == ["kubernetes-not-allowed-to-get", "kubernetes-not-allowed-to-patch"])
        let error = await adapterError { _ = try await store.read() }
        #expect(error?.kind == .unauthorized)
        #expect(error?.message.contains(#"cannot get resource "secrets""#) == true)
        let fixed = try await ground.store(["secret": .text(other), "token": "env:ADMIN"])
        #expect(try await fixed.preflight().map(\.code) == ["kubernetes-immutable"])
        let nobody = try await ground.store(
            ["secret": "one", "token": "env:NOBODY"], ["NOBODY": "nope"])
        #expect(await adapterError { _ = try await nobody.read() }?.kind == .unauthorized)
        try await ground.expectNobodyMayAsk()
        let late = try await ground.ask(
            "PATCH", "\(KubernetesGround.secrets)/\(other)", #"{"data":{"client_secret":"eA=="}}"#,
            type: "application/merge-patch+json")
        #expect(KubernetesStatus.words(late) == "Invalid; FieldValueForbidden at data")
        let odd = try await ground.ask(
            "PATCH", "\(KubernetesGround.secrets)/two", #"{"data":{"client_secret":"no*b"}}"#,
            type: "application/merge-patch+json")
        #expect(KubernetesStatus.words(odd)?.hasPrefix("Invalid; FieldValueInvalid at") == true)
    }

    @Test func `who applies a Secret is a second writer`() async throws {
        let name = try await ground.makeSecret(["client_secret": "s"])
        let admin: [String: SettingValue] = ["secret": .text(name), "token": "env:ADMIN"]
        #expect(try await ground.store(admin).preflight() == [])
        try await ground.set(
            "PATCH", "\(KubernetesGround.secrets)/\(name)?fieldManager=fleet&force=true",
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"\#(name)"},"#
                + #""data":{"client_secret":"dA=="}}"#, type: "application/apply-patch+yaml")
        let found = try await ground.store(admin).preflight()
        #expect(found.map(\.code) == ["kubernetes-other-writer"])
        #expect(found.first?.message.contains("the field manager fleet") == true)
        // Ours take the field over; the next one who applies with force takes it back.
        let store = try await ground.store(admin)
        try await store.write(ClientSecret("n"), replacing: try await store.read()?.version)
        #expect(try await store.preflight() == [])
    }

    @Test func `a rollout comes to its end, and another attempt starts no other`() async throws {
        let hook = try await ground.hook(["workload": "deployment/billing"])
        #expect(try await hook.preflight() == [])
        let before = try await pods()
        let context = KubernetesHookTests.context()
        var attempts = 0
        while case let error? = await adapterError({ try await hook.reload(context) }) {
            #expect(error.code == "kubernetes-rolling-out")
            attempts += 1
            try #require(attempts < 200, "\(error.message)")
            try await playKubelet()
        }
        let after = try await pods()
        #expect(attempts > 1 && after.count == 2 && after.isDisjoint(with: before))
        let generation = try await self.generation()
        try await hook.reload(context)
        #expect(try await self.generation() == generation)
        #expect(try await pods() == after)
    }

    @Test func `pods that began behind the write are proof, and older ones are not`()
        async throws
    {
        let store = try await ground.store(["secret": "one", "field": "client_secret"])
        let hook = try await ground.hook(["workload": "deployment/billing"])
        let reporter = try await ground.reporter(
            ["workload": "deployment/billing", "secret": "one"], hook: "deployment/billing")
        #expect(try await reporter.preflight() == [])
        func lack(_ since: Instant) async throws -> String? {
            guard case .rollout(let rollout)? = try await reporter.report(since: since) else {
                return "no rollout"
            }
            return rollout.lack
        }
        let first = AWSGround.now()
        try await playKubelet()
        try await store.replace(with: "first-\(UUID().uuidString)")
        #expect(try await lack(first)?.contains("as an environment variable") == true)
        _ = await adapterError {
            try await hook.reload(KubernetesHookTests.context(since: first.milliseconds))
        }
        for _ in 0..<400 where try await lack(first) != nil { try await playKubelet() }
        #expect(try await lack(first) == nil)
        // Another client's restart makes pods that carry both moments.
        let before = try await pods()
        _ = await adapterError {
            try await hook.reload(
                KubernetesHookTests.context(since: first.milliseconds + 1, client: "orders"))
        }
        for _ in 0..<400 {
            let isOver = try await pods().isDisjoint(with: before)
            if isOver, try await lack(first) == nil { break }
            try await playKubelet()
        }
        #expect(try await lack(first) == nil)
        #expect(try await pods().isDisjoint(with: before))
        // Another distribution, and pods that began behind it for a reason of their own: who knows.
        let second = first + .minutes(1)
        #expect(try await lack(second)?.contains("began before the distribution") == true)
        for pod in try await pods() {
            try await ground.set("DELETE", "/api/v1/namespaces/apps/pods/\(pod)")
        }
        for _ in 0..<400 where try await lack(first) != nil { try await playKubelet() }
        #expect(try await lack(first) == nil)
        #expect(try await lack(second)?.contains("began before the distribution") == true)
    }

    private func playKubelet() async throws {
        let outcome = await ChildProcess(
            command: [RealServerProcess.service("kubernetes.sh"), "pods", server["DIR"]],
            deadline: .seconds(30), cap: 4_096
        ).run()
        try #require(outcome.ending == .exited(0), "\(outcome.explanation)")
    }

    private func pods() async throws -> Set<String> {
        let list = try await ground.set("GET", "/api/v1/namespaces/apps/pods")
        guard case .array(let items, _)? = try list.node(at: ["items"]) else { return [] }
        return Set(
            try items.indices.compactMap {
                try list.node(at: ["items", "\($0)", "metadata", "name"])?.text
            })
    }

    private func generation() async throws -> String {
        let document = try await ground.set(
            "GET", "/apis/apps/v1/namespaces/apps/deployments/billing")
        let range = try #require(try document.node(at: ["metadata", "generation"])?.range)
        return String(decoding: document.bytes[range], as: UTF8.self)
    }
}
