import RotationCore

extension KubernetesStore {
    static let descriptor = AdapterDescriptor(
        type: "kubernetes", summary: "a key of a Secret in a Kubernetes cluster",
        settings: [
            SettingDescriptor("secret", .text, required: true, summary: "the Secret's name"),
            SettingDescriptor(
                "field", .text, summary: "the key of its data; client_secret if left out"),
            .clientIDField,
            .candidateField,
        ] + KubernetesAPI.settings,
        storeCapabilities: capabilities)

    /// The store of `target`; `folder` is where a pod finds its service account.
    init(
        _ target: TargetSettings, _ parts: ServerParts,
        folder: String = KubernetesAPI.serviceAccount
    ) async throws(AdapterError) {
        let settings = Settings(target)
        guard
            let place = KubernetesPlace(
                namespace: try settings.requiredText("namespace"), resource: "secrets",
                name: try settings.requiredText("secret"))
        else { throw settings.invalid("secret", "or namespace is not a name in Kubernetes") }
        self.place = place
        let (client, candidate) = (
            SettingDescriptor.clientIDField.name, SettingDescriptor.candidateField.name
        )
        keys = Keys(
            secret: try settings.text("field") ?? "client_secret",
            clientID: try settings.text(client), candidate: try settings.text(candidate))
        let named = [keys.secret, keys.clientID, keys.candidate].compactMap { $0 }
        guard named.allSatisfy(Self.isKey) else {
            throw settings.invalid("field", "or another key has other signs than A-Za-z0-9-_.")
        }
        try settings.refuseSamePlace(
            [("field", keys.secret), (client, keys.clientID), (candidate, keys.candidate)])
        api = try await KubernetesAPI(settings, parts.resolver, folder: folder)
        warnings = parts.resolver.findings(
            about: try settings.reference("token").map { [$0] } ?? [], for: settings.adapter)
    }

    private static func isKey(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count) && text != "." && !text.hasPrefix("..")
            && text.utf8.allSatisfy { byte in
                "-_.".utf8.contains(byte) || (0x30...0x39).contains(byte)
                    || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            }
    }
}
