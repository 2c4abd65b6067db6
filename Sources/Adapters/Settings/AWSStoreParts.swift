import HTTPTransport
import RotationCore

/// What every store at Amazon Web Services takes: a region, an address and who calls.
struct AWSStoreParts: Sendable {
    let region: String
    let api: AWSAPI

    /// The settings beside those that name the secret.
    static func settings(_ service: String) -> [SettingDescriptor] {
        [
            SettingDescriptor("region", .text, required: true, summary: "the region"),
            SettingDescriptor(
                "url", .url,
                summary: "the service's address; https://\(service).REGION.amazonaws.com if left "
                    + "out"),
            .caFile,
            SettingDescriptor(
                "auth", .group(AWSLogin.settings), required: true,
                summary: "who calls: an access key, a profile_file, or a role_arn with "
                    + "web_identity_token"),
        ]
    }

    /// What `settings` say; `target` stands in front of the operations' names of `service`.
    init(
        _ settings: Settings, _ service: String, target: String, _ parts: ServerParts,
        rule: @escaping @Sendable (AWSFailure) -> (kind: AdapterError.Kind, code: String)?
    ) async throws(AdapterError) {
        region = try settings.requiredText("region")
        guard AWSLogin.isRegion(region) else {
            throw settings.invalid("region", "is not a region such as eu-west-1")
        }
        api = try await AWSLogin(settings, region: region)
            .api(of: service, by: "auth", target: target, parts, rule: rule)
    }
}
