import RotationCore

extension KubernetesSecret {
    /// What manages the Secret, in words: it makes the Secret what it should be, again and again.
    var controller: String? {
        metadata.ownerReferences?.first { $0.controller ?? false }?.words
    }

    /// Who else writes the Secret, as far as it shows: each in words, and once.
    ///
    /// What made it once, by hand, is none of them: only what puts its own value back. Its
    /// ``controller`` is left out.
    func otherWriters(of key: String) -> [String] {
        var found = (metadata.ownerReferences ?? []).filter { !($0.controller ?? false) }
            .map(\.words)
        let marks = (metadata.annotations ?? [:]).merging(metadata.labels ?? [:]) { $1 }
        for (prefix, who) in Self.marks where marks.keys.contains(where: { $0.hasPrefix(prefix) }) {
            found.append(who)
        }
        if marks["app.kubernetes.io/managed-by"] == "Helm" { found.append("Helm") }
        let applied = "kubectl.kubernetes.io/last-applied-configuration"
        if metadata.annotations?[applied]?.contains("\"\(key)\"") ?? false {
            found.append("kubectl apply")
        }
        for manager in metadata.managedFields ?? [] {
            guard manager.fieldsV1?.data?["f:\(key)"] != nil, let name = manager.manager,
                name != KubernetesAPI.manager
            else { continue }
            // Server-side apply says what is to be there, again and again; and controllers do.
            if manager.operation == "Apply" || Self.controllers.contains(where: name.contains) {
                found.append("the field manager \(name)")
            }
        }
        return found.enumerated().filter { found.firstIndex(of: $0.element) == $0.offset }
            .map(\.element)
    }

    /// What tools leave on what they write.
    private static let marks = [
        ("argocd.argoproj.io/", "Argo CD"), ("kustomize.toolkit.fluxcd.io/", "Flux"),
        ("helm.toolkit.fluxcd.io/", "Flux"), ("reconcile.external-secrets.io/", "External Secrets"),
        ("sealedsecrets.bitnami.com/", "Sealed Secrets"),
        ("secrets-store.csi.k8s.io/", "the Secrets Store CSI driver"),
    ]

    private static let controllers = [
        "external-secrets", "argocd", "kustomize-controller", "helm-controller",
        "vault-secrets-operator", "secrets-store-csi",
    ]
}
