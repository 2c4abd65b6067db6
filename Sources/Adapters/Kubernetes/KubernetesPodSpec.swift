/// What the template of a workload's pods says of the Secrets that they read.
struct KubernetesPodSpec: Decodable, Sendable {
    private let containers: [Container]?
    private let initContainers: [Container]?
    private let volumes: [Volume]?

    /// How a container reads a Secret.
    enum Way: String, Sendable {
        /// Never changes in a running container.
        case environment = "as an environment variable, which never changes in a running pod"
        /// Never changes in a running pod.
        case subPath = "by a subPath mount, which never changes in a running pod"
        /// Changes about a minute after the Secret.
        case mount = "from a mounted volume, and doesn't show when it did so again"
    }

    private struct Container: Decodable {
        struct Variable: Decodable {
            struct Source: Decodable { let secretKeyRef: Named? }
            let valueFrom: Source?
        }
        struct Import: Decodable { let secretRef: Named? }
        struct Mount: Decodable {
            let name: String
            let subPath, subPathExpr: String?
        }
        let env: [Variable]?
        let envFrom: [Import]?
        let volumeMounts: [Mount]?
    }

    private struct Named: Decodable { let name: String? }

    private struct Volume: Decodable {
        struct Secret: Decodable { let secretName: String? }
        struct Projected: Decodable {
            struct Source: Decodable { let secret: Named? }
            let sources: [Source]?
        }
        let name: String
        let secret: Secret?
        let projected: Projected?

        func holds(_ secret: String) -> Bool {
            self.secret?.secretName == secret
                || projected?.sources?.contains { $0.secret?.name == secret } ?? false
        }
    }

    /// How the pods read the Secret, the least lively way where there are several; nil where no
    /// container does.
    func way(to secret: String) -> Way? {
        let all = (containers ?? []) + (initContainers ?? [])
        let isVariable = all.contains { container in
            container.env?.contains { $0.valueFrom?.secretKeyRef?.name == secret } ?? false
                || container.envFrom?.contains { $0.secretRef?.name == secret } ?? false
        }
        if isVariable { return .environment }
        let names = Set((volumes ?? []).filter { $0.holds(secret) }.map(\.name))
        let mounts = all.flatMap { $0.volumeMounts ?? [] }.filter { names.contains($0.name) }
        if mounts.contains(where: { $0.subPath ?? $0.subPathExpr ?? "" != "" }) { return .subPath }
        return mounts.isEmpty ? nil : .mount
    }
}
