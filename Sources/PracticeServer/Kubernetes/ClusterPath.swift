/// What a request to the practised cluster is about.
struct ClusterPath: Sendable, Hashable {
    let namespace: String
    let resource: String
    let name: String

    var group: String { Self.group(of: resource) }
    var kind: String { Self.kinds[resource] ?? "" }
    var apiVersion: String { group.isEmpty ? "v1" : "\(group)/v1" }

    /// The API group; empty for the core.
    static func group(of resource: String) -> String {
        ["secrets", "pods"].contains(resource) ? "" : "apps"
    }

    /// What there is, by its name in paths.
    static let kinds = [
        "secrets": "Secret", "pods": "Pod", "deployments": "Deployment",
        "statefulsets": "StatefulSet",
        "daemonsets": "DaemonSet",
    ]
}
