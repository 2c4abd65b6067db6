import RotationCore

extension KubernetesAPI {
    /// Where a pod finds its service account.
    static let serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// The settings that say which cluster, and who calls.
    static let settings = [
        SettingDescriptor(
            "url", .url,
            summary: "the API server; left out: that of the cluster that holdover runs in"),
        SettingDescriptor(
            "token", .reference,
            summary: "a bearer token; left out: that of the pod's service account"),
        .caFile,
        SettingDescriptor(
            "namespace", .text, required: true, summary: "the namespace of what is named here"),
    ]

    /// What the settings say; `folder` is where a pod finds its service account.
    init(
        _ settings: Settings, _ resolver: SecretResolver, folder: String = serviceAccount
    ) async throws(AdapterError) {
        let caFile = try settings.caFile()
        let reference = try settings.reference("token")
        if let reference {
            token = .held(try await resolver.resolve(reference, for: settings.adapter))
        } else {
            token = .file("\(folder)/token")
        }
        http = resolver.http
        if let url = try settings.address("url") {
            guard reference != nil else {
                // A pod's token is for its own cluster, and is sent nowhere else.
                throw settings.invalid("token", "is missing: it goes with url")
            }
            (address, self.caFile) = (url, caFile)
            return
        }
        let environment = resolver.environment
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            case let port = environment["KUBERNETES_SERVICE_PORT"] ?? "443",
            UInt16(port) != nil,
            case let address = "https://\(host.contains(":") ? "[\(host)]" : host):\(port)",
            ServerAddress(address) != nil
        else {
            throw settings.invalid(
                "url", "is missing, and KUBERNETES_SERVICE_HOST, which a pod has, is not set")
        }
        (self.address, self.caFile) = (address, caFile ?? "\(folder)/ca.crt")
    }
}
