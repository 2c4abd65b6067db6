import ClientCredentials
import RotationCore

extension Gravitee {
    static let descriptor = AdapterDescriptor(
        type: "gravitee", summary: "an application of a Gravitee AM domain",
        settings: [
            SettingDescriptor(
                "url", .url, required: true,
                summary: "the management API, as far as /management"),
            SettingDescriptor(
                "gateway", .url, required: true,
                summary: "the domain at the gateway, with its path"),
            SettingDescriptor("organization", .text, summary: "its id; DEFAULT if left out"),
            SettingDescriptor("environment", .text, summary: "its id; DEFAULT if left out"),
            SettingDescriptor("domain", .text, required: true, summary: "the domain's id"),
            SettingDescriptor(
                "application", .text, required: true,
                summary: "the application's id, which isn't the client id"),
            SettingDescriptor(
                "issuer", .url,
                summary: "what the domain calls itself; gateway and /oidc if left out"),
            .scope,
            .authMethod(),
            .caFile,
            .adminToken("an account access token of the user who administers"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let gateway = try settings.requiredAddress("gateway")
        let api = try await parts.admin(by: settings, at: url, words: GraviteeAPI.words)
        self.init(
            api: GraviteeAPI(admin: api, path: try Self.path(settings)),
            probe: try TokenProbe(settings, plan, parts, at: "\(gateway)/oauth/token"),
            issuer: try settings.address("issuer") ?? "\(gateway)/oidc",
            metadata: "\(gateway)/oidc/.well-known/openid-configuration", now: parts.now,
            period: plan.schedule?.every)
    }

    private static func path(_ settings: Settings) throws(AdapterError) -> String {
        let organization = try settings.text("organization") ?? "DEFAULT"
        let environment = try settings.text("environment") ?? "DEFAULT"
        let domain = try settings.requiredText("domain")
        let application = try settings.requiredText("application")
        return "/organizations/\(URLPart.segment(organization))"
            + "/environments/\(URLPart.segment(environment))"
            + "/domains/\(URLPart.segment(domain))"
            + "/applications/\(URLPart.segment(application))"
    }
}
