import Foundation
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct KubernetesReporterTests {
    private let ground: KubernetesGround
    private let name = KubernetesGround.name()
    private let since = Instant(milliseconds: 1_795_851_439_040)
    private static let environment = #""envFrom":[{"secretRef":{"name":"one"}}]"#

    init() throws { ground = try #require(Practice.current).cluster }

    private func makeWorkload(
        _ container: String = environment, volumes: String = "[]", replicas: Int = 2
    ) async throws {
        // Made by the first test that gets here.
        _ = try await ground.ask(
            "POST", KubernetesGround.secrets, #"{"metadata":{"name":"one"},"data":{}}"#)
        try await ground.set(
            "POST", "/apis/apps/v1/namespaces/apps/deployments",
            #"{"metadata":{"name":"\#(name)"},"spec":{"replicas":\#(replicas),"#
                + #""selector":{"matchLabels":{"app":"\#(name)"}},"template":{"spec":{"#
                + #""containers":[{"name":"app",\#(container)}],"volumes":\#(volumes)}}}}"#)
        try await say(
            #"{"observedGeneration":1,"replicas":\#(replicas),"updatedReplicas":\#(replicas),"#
                + #""availableReplicas":\#(replicas)}"#)
    }

    private func say(_ status: String) async throws {
        try await ground.set(
            "PATCH", "/apis/apps/v1/namespaces/apps/deployments/\(name)/status",
            #"{"status":\#(status)}"#)
    }

    private func makePod(
        _ pod: String, restartedAt: Instant?, status: String = Self.ready, more: String = ""
    ) async throws {
        let key = "restarted-at.holdover.dev/billing"
        let moment = restartedAt.map {
            #","annotations":{"\#(key)":"\#($0.rfc3339Milliseconds)"}"#
        }
        try await ground.set(
            "POST", "/api/v1/namespaces/apps/pods",
            #"{"metadata":{"name":"\#(name)-\#(pod)","labels":{"app":"\#(name)"}"#
                + #"\#(moment ?? "")\#(more)},"status":\#(status)}"#)
    }

    private static let ready = condition("True")
    private static func condition(_ status: String) -> String {
        #"{"phase":"Running","conditions":[{"type":"Ready","status":"\#(status)"}]}"#
    }

    private func reporter() async throws -> any AdoptionReporter {
        let workload = "deployment/\(name)"
        return try await ground.reporter(
            ["workload": .text(workload), "secret": "one"], hook: workload)
    }

    /// What keeps it from counting, without the workload's name.
    private func lack(since: Instant?) async throws -> String? {
        guard case .rollout(let rollout)? = try await reporter().report(since: since) else {
            Issue.record("no rollout")
            return nil
        }
        return rollout.lack?.replacing("kubernetes: deployment/\(name) ", with: "")
            .replacing(name, with: "billing")
    }

    @Test func `pods that carry the moment of the distribution are new`() async throws {
        try await makeWorkload()
        #expect(try await reporter().preflight() == [])
        for pod in ["a", "b"] { try await makePod(pod, restartedAt: since) }
        #expect(try await lack(since: since) == nil)
        // Another distribution, the way back, or none at all.
        let words =
            "has the pod billing-a, which began before the distribution and reads the "
            + "Secret as an environment variable, which never changes in a running pod"
        #expect(try await lack(since: since + .seconds(1)) == words)
        #expect(try await lack(since: nil) == "is not asked to begin anew yet")
    }

    @Test func `restarts for others neither spoil the proof nor stand in for it`() async throws {
        try await makeWorkload()
        let later = (since + .minutes(1)).rfc3339Milliseconds
        let others =
            #""restarted-at.holdover.dev/orders":"\#(later)","#
            + #""kubectl.kubernetes.io/restartedAt":"\#(later)""#
        let own = #""restarted-at.holdover.dev/billing":"\#(since.rfc3339Milliseconds)""#
        for pod in ["a", "b"] {
            try await makePod(
                pod, restartedAt: nil, more: #","annotations":{\#(own),\#(others)}"#)
        }
        #expect(try await lack(since: since) == nil)
        let same = others.replacing(later, with: since.rfc3339Milliseconds)
        try await makePod("c", restartedAt: nil, more: #","annotations":{\#(same)}"#)
        #expect(
            try await lack(since: since)?.hasPrefix(
                "has the pod billing-c, which began before the distribution") == true)
    }

    @Test func `one old pod is enough to keep the old secret`() async throws {
        try await makeWorkload()
        for pod in 0..<45 { try await makePod("\(pod)", restartedAt: since) }
        #expect(try await lack(since: since) == nil)
        try await makePod(
            "z", restartedAt: nil, more: #","deletionTimestamp":"2026-11-28T00:00:00Z""#)
        #expect(
            try await lack(since: since)
                == "has the pod billing-z, which began before the distribution and is ending")
    }

    @Test func `what isn't ready, or not there yet, doesn't count`() async throws {
        try await makeWorkload()
        try await makePod("a", restartedAt: since, status: Self.condition("False"))
        #expect(try await lack(since: since) == "has the pod billing-a, which isn't ready")
        try await say(
            #"{"observedGeneration":1,"replicas":3,"updatedReplicas":1,"availableReplicas":2}"#)
        try await ground.set("DELETE", "/api/v1/namespaces/apps/pods/\(name)-a")
        #expect(try await lack(since: since)?.hasPrefix("has 1 of 2 pods made anew") == true)
        // Those that are over use nothing any more.
        try await makePod("b", restartedAt: nil, status: #"{"phase":"Succeeded"}"#)
        #expect(try await lack(since: since)?.hasPrefix("has 1 of 2 pods made anew") == true)
    }

    @Test(arguments: [
        (Self.environment, "[]", "as an environment variable"),
        (
            #""env":[{"name":"S","valueFrom":{"secretKeyRef":{"name":"one","key":"k"}}}]"#, "[]",
            "as an environment variable"
        ),
        (
            #""volumeMounts":[{"name":"v","mountPath":"/s","subPath":"s"}]"#,
            #"[{"name":"v","secret":{"secretName":"one"}}]"#, "by a subPath mount"
        ),
        (
            #""volumeMounts":[{"name":"v","mountPath":"/s"}]"#,
            #"[{"name":"v","projected":{"sources":[{"secret":{"name":"one"}}]}}]"#,
            "from a mounted volume"
        ),
    ])
    func `how an old pod reads the Secret is said`(
        container: String, volumes: String, words: String
    ) async throws {
        try await makeWorkload(container, volumes: volumes)
        try await makePod("a", restartedAt: nil)
        #expect(try await lack(since: since)?.contains("reads the Secret \(words)") == true)
    }

    @Test func `pods that don't read the Secret prove nothing`() async throws {
        try await makeWorkload(
            #""volumeMounts":[{"name":"w","mountPath":"/s"}]"#,
            volumes: #"[{"name":"v","secret":{"secretName":"one"}}]"#)
        for pod in ["a", "b"] { try await makePod(pod, restartedAt: since) }
        #expect(try await lack(since: since) == "has no container that reads the Secret one")
        #expect(try await reporter().preflight().map(\.code) == ["kubernetes-secret-unread"])
    }

    @Test func `a workload that is scaled to nothing uses nothing`() async throws {
        try await makeWorkload(replicas: 0)
        #expect(try await lack(since: since) == nil)
    }

    @Test func `a Secret that isn't the plan's store would be read too early`() async throws {
        for (values, store, hook) in [
            (["workload": "deployment/a", "secret": "one"], "two", "deployment/a"),
            (
                ["workload": "deployment/a", "secret": "one", "namespace": "other"], "one",
                "deployment/a"
            ),
            (["workload": "deployment/a", "secret": "one"], "one", "deployment/b"),
            (["workload": "pod/a", "secret": "one"], "one", "pod/a"),
        ] as [([String: SettingValue], String, String)] {
            let error = await adapterError {
                _ = try await ground.reporter(values, store: store, hook: hook)
            }
            #expect(error?.code == "kubernetes-setting-invalid")
        }
    }
}
