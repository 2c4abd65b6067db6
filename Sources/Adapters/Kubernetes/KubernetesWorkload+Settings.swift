import RotationCore

extension KubernetesWorkload {
    /// The setting that names one.
    static let setting = SettingDescriptor(
        "workload", .text, required: true,
        summary: "deployment/NAME, statefulset/NAME or daemonset/NAME")

    /// The workload that the settings name, in their namespace.
    static func named(in settings: Settings) throws(AdapterError) -> (Kind, KubernetesPlace) {
        let parts = try settings.requiredText(setting.name)
            .split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])),
            let place = KubernetesPlace(
                namespace: try settings.requiredText("namespace"), group: "apps",
                resource: "\(kind.rawValue)s", name: String(parts[1]))
        else { throw settings.invalid(setting.name, "is not \(setting.summary)") }
        return (kind, place)
    }
}
