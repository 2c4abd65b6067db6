import ClientCredentials
import RotationCore

extension Cognito {
    static let descriptor = AdapterDescriptor(
        type: "cognito", summary: "an app client of an Amazon Cognito user pool",
        settings: [
            SettingDescriptor(
                "user_pool", .text, required: true,
                summary: "the user pool's id, which begins with its region"),
            SettingDescriptor(
                "domain", .url, required: true,
                summary: "the user pool's domain, where consumers ask for tokens"),
            SettingDescriptor(
                "region", .text, summary: "the region, where a plan should repeat it"),
            SettingDescriptor(
                "url", .url,
                summary: "Cognito's API; https://cognito-idp.REGION.amazonaws.com if left out"),
            .scope,
            .authMethod(),
            .caFile,
            SettingDescriptor(
                "admin", .group(AWSLogin.settings), required: true,
                summary: "who administers: an access key, a profile_file, or a role_arn with "
                    + "web_identity_token"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let userPool = try settings.requiredText("user_pool")
        let region = try Self.region(of: userPool, settings)
        let domain = try settings.requiredAddress("domain")
        let api = try await AWSLogin(settings, region: region)
            .api(
                of: "cognito-idp", by: "admin", target: "AWSCognitoIdentityProviderService", parts,
                rule: CognitoAPI.rule)
        self.init(
            api: CognitoAPI(api: api, userPool: userPool, clientID: plan.clientID.rawValue),
            probe: try TokenProbe(
                settings, plan, parts, at: "\(domain)/oauth2/token",
                isRefusal: { ($0 == 400 || $0 == 401) && $1 == "invalid_client" }),
            region: region)
    }

    /// What stands before the `_` of a pool's id; part of a host's name, and so nothing else.
    private static func region(of userPool: String, _ settings: Settings)
        throws(AdapterError) -> String
    {
        let parts = userPool.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, AWSLogin.isRegion(parts[0]), !parts[1].isEmpty,
            parts[1].utf8.allSatisfy({
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
            })
        else { throw settings.invalid("user_pool", "is not an id such as eu-west-1_AbCdEfGhI") }
        guard let region = try settings.text("region") else { return String(parts[0]) }
        guard region == parts[0] else {
            throw settings.invalid("region", "is not the one that user_pool begins with")
        }
        return region
    }
}
