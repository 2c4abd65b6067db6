import RotationCore

extension ParameterStore {
    static let descriptor = AdapterDescriptor(
        type: "aws-ssm-parameter",
        summary: "a SecureString of AWS Systems Manager's Parameter Store, or one value in it",
        settings: [
            SettingDescriptor(
                "parameter", .text, required: true,
                summary: "the parameter's name, with its path and without a version"),
            SettingDescriptor(
                "label", .text,
                summary: "the label by which consumers read it; left out: they read the newest "
                    + "version"),
            SecretText.setting("parameter"),
            .clientIDField,
            .candidateField,
        ] + AWSStoreParts.settings("ssm"),
        storeCapabilities: capabilities)

    /// The store of `target`.
    init(_ target: TargetSettings, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(target)
        let name = try settings.requiredText("parameter")
        // A colon begins a version or a label, and an ARN has colons too.
        guard !name.contains(where: { $0 == ":" || $0.isWhitespace }) else {
            throw settings.invalid("parameter", "is not a name such as /billing/client-secret")
        }
        text = try SecretText(settings)
        label = try settings.text("label")
        if let label, label.isEmpty || label.contains(":") || label.first?.isNumber ?? true {
            throw settings.invalid("label", "is not a label")
        }
        let shared = try await AWSStoreParts(
            settings, "ssm", target: "AmazonSSM", parts, rule: ParameterAPI.rule)
        region = shared.region
        api = ParameterAPI(api: shared.api, name: name)
    }
}
