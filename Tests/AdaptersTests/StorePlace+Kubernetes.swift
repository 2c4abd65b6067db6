import Foundation
import HTTPTransport
import ProcessTesting

@testable import Adapters

extension StorePlace {
    /// A key of a Secret beside another one, and a Deployment that is restarted once.
    static func kubernetes(_ text: String, _ server: PracticeServerProcess) async throws
        -> StorePlace
    {
        let ground = KubernetesGround(
            url: server["KUBERNETES_URL"], http: CurlClient(), caFile: nil,
            environment: ["ADMIN": server["KUBERNETES_ADMIN_TOKEN"]])
        let name = try await ground.makeSecret(["s": text, "other": "stays"])
        let deployments = "/apis/apps/v1/namespaces/\(KubernetesGround.namespace)/deployments"
        try await ground.set(
            "POST", deployments, #"{"metadata":{"name":"\#(name)"},"spec":{"template":{}}}"#)
        let access = [
            "namespace: \(KubernetesGround.namespace)", "url: \"\(ground.url)\"",
            #"token: "env:KUBERNETES_TOKEN""#,
        ]
        let hook = ["type: kubernetes", "wait: false", "workload: deployment/\(name)"] + access
        return StorePlace(
            url: ground.url, lines: ["type: kubernetes", "secret: \(name)", "field: s"] + access,
            rules: ["reload: [{\(hook.joined(separator: ", "))}]"]
        ) {
            try await ground.value("s", of: name)
        } leftovers: {
            let isOther = try await ground.value("other", of: name) != "stays"
            let deployment = try await ground.set("GET", "\(deployments)/\(name)")
            let range = try deployment.node(at: ["metadata", "generation"])?.range ?? 0..<0
            let generation = String(decoding: deployment.bytes[range], as: UTF8.self)
            return (isOther ? ["another key was changed"] : [])
                + (generation == "2" ? [] : ["restarted another time: \(generation)"])
        }
    }
}
