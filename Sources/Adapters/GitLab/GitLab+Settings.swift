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
            SettingDescriptor(
                "admin",
                .group([
                    SettingDescriptor(
                        "token", .reference, required: true,
                        summary: "a personal access token of an administrator")
                ]), required: true, summary: "who administers"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let admin = try settings.requiredGroup("admin")
        let login = try await parts.login(try admin.requiredReference("token"), of: admin)
        let api = AdminAPI(
            address: url, caFile: try settings.caFile(), login: login, http: parts.http,
            words: GitLabAPI.words)
        self.init(
            api: GitLabAPI(admin: api, clientID: plan.clientID.rawValue),
            probe: try TokenProbe(settings, plan, parts, at: "\(url)/oauth/token"), issuer: url)
    }
}
