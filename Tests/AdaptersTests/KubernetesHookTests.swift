import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct KubernetesHookTests {
    private let practice: Practice
    private let ground: KubernetesGround

    init() throws {
        practice = try #require(Practice.current)
        ground = practice.cluster
    }

    static func context(
        since milliseconds: Int64 = 1_795_851_439_040, _ phase: Phase = .reload,
        client: String = "billing"
    ) -> ReloadContext {
        ReloadContext(
            client: ClientName(rawValue: client), rotation: RotationID(rawValue: "r1"),
            phase: phase, since: Instant(milliseconds: milliseconds))
    }

    private func make(_ kind: String, _ more: String = #""replicas":2"#) async throws -> String {
        let name = KubernetesGround.name()
        let template = #""template":{"metadata":{"annotations":{"team":"billing"}},"x":[1]}"#
        try await ground.set(
            "POST", path(kind),
            #"{"metadata":{"name":"\#(name)"},"spec":{\#(more),\#(template)}}"#)
        return name
    }

    private func path(_ kind: String, _ name: String = "") -> String {
        "/apis/apps/v1/namespaces/apps/\(kind)s" + (name.isEmpty ? "" : "/\(name)")
    }

    private func node(_ kind: String, _ name: String, _ path: String...) async throws
        -> JSONDocument.Node?
    {
        try await ground.set("GET", self.path(kind, name)).node(at: path)
    }

    private func restartedAt(_ kind: String, _ name: String, for client: String = "billing")
        async throws -> String?
    {
        try await node(
            kind, name, "spec", "template", "metadata", "annotations",
            "restarted-at.holdover.dev/\(client)")?.text
    }

    private func generation(_ kind: String, _ name: String) async throws -> String {
        let document = try await ground.set("GET", path(kind, name))
        let range = try #require(try document.node(at: ["metadata", "generation"])?.range)
        return String(decoding: document.bytes[range], as: UTF8.self)
    }

    private func status(_ kind: String, _ name: String, _ json: String) async throws {
        try await ground.set("PATCH", path(kind, name) + "/status", #"{"status":\#(json)}"#)
    }

    @Test(arguments: ["deployment", "statefulset", "daemonset"])
    func `another attempt restarts nothing, another distribution does`(kind: String) async throws {
        let name = try await make(kind)
        let values: [String: SettingValue] = [
            "workload": .text("\(kind)/\(name)"), "wait": "false",
        ]
        #expect(try await ground.hook(values).preflight() == [])
        for _ in 1...3 { try await ground.hook(values).reload(Self.context()) }
        #expect(try await restartedAt(kind, name) == "2026-11-28T07:37:19.040Z")
        #expect(try await generation(kind, name) == "2")
        let team = try await node(
            kind, name, "spec", "template", "metadata", "annotations", "team")
        #expect(team?.text == "billing")
        // The way back, a moment later, and forward again.
        try await ground.hook(values).reload(Self.context(since: 1_795_851_439_041, .recall))
        try await ground.hook(values).reload(Self.context(since: 1_795_851_439_042))
        #expect(try await generation(kind, name) == "4")
    }

    @Test func `clients that share a workload keep their restarts apart`() async throws {
        let name = try await make("deployment")
        let hook = try await ground.hook(
            ["workload": .text("deployment/\(name)"), "wait": "false"])
        try await hook.reload(Self.context())
        try await hook.reload(Self.context(since: 1_795_851_439_041, client: "orders"))
        #expect(try await restartedAt("deployment", name) == "2026-11-28T07:37:19.040Z")
        let other = try await restartedAt("deployment", name, for: "orders")
        #expect(other == "2026-11-28T07:37:19.041Z")
        // The next attempt of each finds its own restart and makes no other.
        try await hook.reload(Self.context())
        try await hook.reload(Self.context(since: 1_795_851_439_041, client: "orders"))
        #expect(try await generation("deployment", name) == "3")
    }

    @Test func `every client's name makes a key that a cluster takes`() {
        let names = ["billing", "b.i-l_1", "b.", "b-", "b_"]
        let keys = names.map { KubernetesRestart(for: ClientName(rawValue: $0)).key }
        #expect(
            keys.map { $0.replacing("restarted-at.holdover.dev/", with: "") } == [
                "billing", "b.i-l_1", "bD", "bH", "bU",
            ])
    }

    @Test func `an answer that was lost is no second restart`() async throws {
        let name = try await make("deployment")
        let values: [String: SettingValue] = [
            "workload": .text("deployment/\(name)"), "wait": "false",
        ]
        try await practice.fault("lost_answer", method: "PATCH", path: ".*\(name)")
        let error = await adapterError {
            try await ground.hook(values).reload(Self.context())
        }
        #expect(error?.kind == .unknown)
        try await ground.hook(values).reload(Self.context())
        #expect(try await generation("deployment", name) == "2")
    }

    @Test(
        arguments: [
            (
                "deployment",
                [
                    #"{"observedGeneration":2,"replicas":3,"updatedReplicas":1,"#
                        + #""availableReplicas":2}"#,
                    #"{"observedGeneration":2,"replicas":3,"updatedReplicas":2,"#
                        + #""availableReplicas":2}"#,
                    #"{"observedGeneration":2,"replicas":2,"updatedReplicas":2,"#
                        + #""availableReplicas":1}"#,
                ],
                #"{"observedGeneration":2,"replicas":2,"updatedReplicas":2,"availableReplicas":2}"#
            ),
            (
                "statefulset",
                [
                    #"{"observedGeneration":2,"updatedReplicas":1,"readyReplicas":2,"#
                        + #""currentRevision":"a","updateRevision":"b"}"#,
                    #"{"observedGeneration":2,"updatedReplicas":2,"readyReplicas":1,"#
                        + #""currentRevision":"b","updateRevision":"b"}"#,
                ],
                #"{"observedGeneration":2,"updatedReplicas":2,"readyReplicas":2,"#
                    + #""currentRevision":"b","updateRevision":"b"}"#
            ),
            (
                "daemonset",
                [
                    #"{"observedGeneration":2,"desiredNumberScheduled":5,"#
                        + #""updatedNumberScheduled":4,"numberAvailable":5}"#,
                    #"{"observedGeneration":2,"desiredNumberScheduled":5,"#
                        + #""updatedNumberScheduled":5,"numberAvailable":4}"#,
                ],
                #"{"observedGeneration":2,"desiredNumberScheduled":5,"#
                    + #""updatedNumberScheduled":5,"numberAvailable":5}"#
            ),
        ])
    func `the hook is done once every pod is new`(kind: String, not: [String], done: String)
        async throws
    {
        let name = try await make(kind)
        let hook = try await ground.hook(["workload": .text("\(kind)/\(name)")])
        // What was so before the restart says nothing of it.
        try await status(kind, name, done.replacing(":2,", with: ":1,", maxReplacements: 1))
        for (index, state) in ([nil] + not.map(Optional.some)).enumerated() {
            if let state { try await status(kind, name, state) }
            let error = await adapterError { try await hook.reload(Self.context()) }
            #expect(error?.code == "kubernetes-rolling-out", "\(index)")
            // The first attempt sent the restart; the others only look.
            #expect(error?.provesNoEffect == (index > 0), "\(index)")
        }
        try await status(kind, name, done)
        try await hook.reload(Self.context())
        #expect(try await generation(kind, name) == "2")
    }

    @Test func `pods that would stay as they are are no success`() async throws {
        for (kind, spec, code) in [
            ("deployment", #""paused":true"#, "kubernetes-paused"),
            ("daemonset", #""updateStrategy":{"type":"OnDelete"}"#, "kubernetes-on-delete"),
            (
                "statefulset",
                #""updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":1}}"#,
                "kubernetes-partition"
            ),
        ] {
            let name = try await make(kind, spec)
            let hook = try await ground.hook(
                ["workload": .text("\(kind)/\(name)"), "wait": "false"])
            #expect(try await hook.preflight().map(\.code) == [code])
            let error = await adapterError { try await hook.reload(Self.context()) }
            #expect(error?.code == code)
            #expect(try await generation(kind, name) == "1")
        }
        let recreated = try await make("deployment", #""strategy":{"type":"Recreate"}"#)
        let found = try await ground.hook(["workload": .text("deployment/\(recreated)")])
            .preflight()
        #expect(found.map(\.code) == ["kubernetes-stops-first"])
        #expect(found.first?.severity == .warning)
    }

    @Test func `what is missing, forbidden or no workload is told`() async throws {
        let missing = try await ground.hook(["workload": "deployment/nowhere"])
        #expect(try await missing.preflight().map(\.code) == ["kubernetes-not-found"])
        #expect(
            await adapterError { try await missing.reload(Self.context()) }?.kind == .missing)
        for text in ["billing", "pod/billing", "deployment/", "deployment/../x", "deployment/a/b"] {
            let error = await adapterError {
                _ = try await ground.hook(["workload": .text(text)])
            }
            #expect(error?.code == "kubernetes-setting-invalid", "\(text)")
        }
    }
}
