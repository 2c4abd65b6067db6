import Foundation
import HTTPTransport
import ProcessTesting

@testable import Adapters

/// A Secret of the practised cluster, and a Deployment that is restarted once.
struct ClusterScene {
    private let ground: KubernetesGround
    private let name: String

    init(_ server: PracticeServerProcess, holding old: String) async throws {
        ground = KubernetesGround(
            url: server["KUBERNETES_URL"], http: CurlClient(), caFile: nil,
            environment: ["ADMIN": server["KUBERNETES_ADMIN_TOKEN"]])
        name = try await ground.makeSecret(["s": old, "other": "stays"])
        try await ground.set(
            "POST", Self.deployments, #"{"metadata":{"name":"\#(name)"},"spec":{"template":{}}}"#)
    }

    /// What the address of every request to it begins with.
    var url: String { ground.url }

    var store: [String] {
        [
            "type: kubernetes", "namespace: \(KubernetesGround.namespace)", "secret: \(name)",
            "field: s", "url: \(ground.url)", #"token: "env:KUBERNETES_TOKEN""#,
        ]
    }

    private static let deployments =
        "/apis/apps/v1/namespaces/\(KubernetesGround.namespace)/deployments"

    var rules: [String] {
        [
            "reload: [{type: kubernetes, namespace: \(KubernetesGround.namespace), wait: false, "
                + #"workload: deployment/\#(name), url: "\#(ground.url)", "#
                + #"token: "env:KUBERNETES_TOKEN"}]"#
        ]
    }

    func held() async throws -> String? { try await ground.value("s", of: name) }

    func problems(holding new: String) async throws -> [String] {
        let isOther = try await ground.value("other", of: name) != "stays"
        let deployment = try await ground.set("GET", "\(Self.deployments)/\(name)")
        let range = try deployment.node(at: ["metadata", "generation"])?.range ?? 0..<0
        let generation = String(decoding: deployment.bytes[range], as: UTF8.self)
        return (isOther ? ["another key was changed"] : [])
            + (generation == "2" ? [] : ["restarted another time: \(generation)"])
    }
}
