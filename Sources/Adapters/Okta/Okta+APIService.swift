import RotationCore

extension Okta {
    static let apiServiceDescriptor = AdapterDescriptor(
        type: OktaKind.apiService.type, summary: "an API service integration of an Okta org",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the org's address"),
            SettingDescriptor(
                "app_id", .text, summary: "the integration's id; the client id if left out"),
            SettingDescriptor(
                "scope", .text, required: true,
                summary: "a scope that the integration was granted, to try a secret with"),
            .authMethod(),
            .caFile,
            SettingDescriptor(
                "admin",
                .group(adminSettings("okta.oauthIntegrations.manage and .read")), required: true,
                summary: "who administers: token, or client_id and private_key"),
        ],
        capabilities: OktaKind.apiService.capabilities)

    /// The integration of `plan`; its tokens come from the org itself.
    init(apiServiceOf plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        _ = try settings.requiredText("scope")
        self.init(
            api: try await Self.api(settings, .apiService, plan, parts),
            log: try await Self.log(settings, .apiService, plan, parts),
            grants: try await Self.grants(settings, .apiService, isOrg: true, plan, parts),
            probe: try TokenProbe(settings, plan, parts, at: "\(url)/oauth2/v1/token"),
            issuer: url, isExclusive: plan.isExclusive)
    }
}
