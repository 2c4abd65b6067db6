/// A Deployment, StatefulSet or DaemonSet, as far as a restart of its pods needs it.
struct KubernetesWorkload: Decodable, Sendable {
    /// Which of the three, as plans spell it.
    enum Kind: String, Sendable, CaseIterable { case deployment, statefulset, daemonset }

    private let metadata: Metadata
    private let spec: Spec
    private let status: Status?

    private struct Metadata: Decodable { let generation: Int? }

    private struct Spec: Decodable {
        struct Template: Decodable {
            struct Metadata: Decodable { let annotations: [String: String]? }
            let metadata: Metadata?
            let spec: KubernetesPodSpec?
        }
        struct Strategy: Decodable {
            struct Rolling: Decodable { let partition: Int? }
            let type: String?
            let rollingUpdate: Rolling?
        }
        let replicas: Int?
        let paused: Bool?
        let selector: KubernetesSelector?
        let template: Template
        /// A Deployment's.
        let strategy: Strategy?
        /// Of the other two.
        let updateStrategy: Strategy?
    }

    private struct Status: Decodable {
        let observedGeneration: Int?
        let replicas, updatedReplicas, availableReplicas, readyReplicas: Int?
        let currentRevision, updateRevision: String?
        let desiredNumberScheduled, updatedNumberScheduled, numberAvailable: Int?
    }

    /// The moment of the client's last restart, in the template of the pods.
    func moment(of restart: KubernetesRestart) -> String? {
        spec.template.metadata?.annotations?[restart.key]
    }

    /// Which pods are its own; nil where it doesn't say.
    var selector: KubernetesSelector? { spec.selector }

    /// How its pods read a Secret; nil where none does.
    func way(to secret: String) -> KubernetesPodSpec.Way? { spec.template.spec?.way(to: secret) }

    /// Whether there is a moment without a pod.
    var stopsFirst: Bool { spec.strategy?.type == "Recreate" }

    /// What would keep pods from being made anew, whatever the template says.
    var obstacle: (code: String, reason: String)? {
        if spec.paused ?? false {
            return ("kubernetes-paused", "is paused: `kubectl rollout resume` it")
        }
        if spec.updateStrategy?.type == "OnDelete" {
            return ("kubernetes-on-delete", "has the strategy OnDelete: its pods stay as they are")
        }
        if (spec.updateStrategy?.rollingUpdate?.partition ?? 0) > 0 {
            return ("kubernetes-partition", "has a partition: a part of its pods stay as they are")
        }
        return nil
    }

    /// What is still to come until every pod is new and available, in words; nil where nothing is.
    ///
    /// As `kubectl rollout status` looks at it.
    func lack(as kind: Kind) -> String? {
        guard let status, let generation = metadata.generation,
            (status.observedGeneration ?? 0) >= generation
        else { return "has not been looked at by its controller yet" }
        let wanted = spec.replicas ?? 1
        switch kind {
        case .deployment:
            let new = status.updatedReplicas ?? 0
            let isWhole = new >= wanted && (status.replicas ?? 0) <= new
            return Self.lack(
                isWhole: isWhole, new, of: wanted, available: status.availableReplicas ?? 0)
        case .statefulset:
            let new = status.updatedReplicas ?? 0
            let isWhole = new >= wanted && status.updateRevision == status.currentRevision
            return Self.lack(
                isWhole: isWhole || wanted == 0, new, of: wanted,
                available: status.readyReplicas ?? 0)
        case .daemonset:
            let wanted = status.desiredNumberScheduled ?? 0
            let new = status.updatedNumberScheduled ?? 0
            return Self.lack(
                isWhole: new >= wanted, new, of: wanted, available: status.numberAvailable ?? 0)
        }
    }

    private static func lack(isWhole: Bool, _ new: Int, of wanted: Int, available: Int) -> String? {
        guard isWhole, available >= wanted else {
            return "has \(new) of \(wanted) pods made anew, \(available) available, or old ones "
                + "that still run"
        }
        return nil
    }
}
