/// What a request to the practised cluster is about.
struct ClusterPath: Sendable, Hashable {
    let namespace: String
    let resource: String
    let name: String

    var group: String { resource == "secrets" ? "" : "apps" }
    var kind: String { Self.kinds[resource] ?? "" }
    var apiVersion: String { group.isEmpty ? "v1" : "\(group)/v1" }

    /// What there is, by its name in paths.
    static let kinds = [
        "secrets": "Secret", "deployments": "Deployment", "statefulsets": "StatefulSet",
        "daemonsets": "DaemonSet",
    ]
}
