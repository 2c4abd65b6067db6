import RotationCore

/// The annotation by which a client's rotations have a workload's pods made anew.
///
/// Each client has a key of its own, so that two plans that share a workload, or a person's
/// `kubectl rollout restart`, don't overwrite each other's moment: pods that are made for one of
/// them carry the moments of all.
struct KubernetesRestart: Sendable, Hashable {
    /// `restarted-at.holdover.dev/billing`.
    let key: String

    init(for client: ClientName) {
        key = "restarted-at.holdover.dev/" + Self.name(client.rawValue)
    }

    /// A client's name as the name of a key, which must end with a letter or a digit.
    ///
    /// Names of clients have no upper-case letters, so no two of them become one.
    private static func name(_ client: String) -> String {
        guard let last = client.last, let end = [".": "D", "-": "H", "_": "U"][last] else {
            return client
        }
        return client.dropLast() + end
    }

    /// The patch that restarts the pods; the same moment again restarts nothing.
    func patch(_ moment: String) -> [UInt8] {
        let annotations = JSONDocument.object(texts: [(key, moment)])
        return ["annotations", "metadata", "template", "spec"].reduce(annotations) { inner, name in
            JSONDocument.object([(name, inner)])
        }
    }
}
