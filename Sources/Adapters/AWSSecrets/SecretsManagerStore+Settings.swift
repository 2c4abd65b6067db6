import RotationCore

extension SecretsManagerStore {
    static let descriptor = AdapterDescriptor(
        type: "aws-secrets-manager",
        summary: "a secret of AWS Secrets Manager, or one value of a JSON document in it",
        settings: [
            SettingDescriptor(
                "secret", .text, required: true, summary: "the secret's name, or its whole ARN"),
            SecretText.setting("secret"),
            .clientIDField,
            .candidateField,
        ] + AWSStoreParts.settings("secretsmanager"),
        storeCapabilities: capabilities)

    /// The store of `target`.
    init(_ target: TargetSettings, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(target)
        let secret = try settings.requiredText("secret")
        text = try SecretText(settings)
        let shared = try await AWSStoreParts(
            settings, "secretsmanager", target: "secretsmanager", parts,
            rule: SecretsManagerAPI.rule)
        region = shared.region
        api = SecretsManagerAPI(api: shared.api, secret: secret)
    }
}
