import ClientCredentials
import RotationCore

extension GitLab {
    static let descriptor = AdapterDescriptor(
        type: "gitlab", summary: "an instance-wide application of a GitLab",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the instance's address"),
            .scope,
            .authMethod(),
            .caFile,
            .adminToken("a personal access token of an administrator"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let api = try await parts.admin(by: settings, at: url, words: GitLabAPI.words)
        self.init(
            api: GitLabAPI(admin: api, clientID: plan.clientID.rawValue),
            probe: try TokenProbe(settings, plan, parts, at: "\(url)/oauth/token"), issuer: url)
    }
}
