import ClientCredentials
import RotationCore

extension Glewlwyd {
    static let descriptor = AdapterDescriptor(
        type: "glewlwyd", summary: "a client of a Glewlwyd",
        settings: [
            SettingDescriptor(
                "url", .url, required: true, summary: "the API's address, with its prefix: /api"),
            SettingDescriptor(
                "plugin", .text, summary: "the name of the OpenID plugin; oidc if left out"),
            SettingDescriptor(
                "issuer", .url, summary: "what the plugin calls itself; url and plugin if left out"
            ),
            SettingDescriptor(
                "scope", .text, required: true,
                summary: "the scope to ask for when a secret is tried; without one Glewlwyd refuses"
            ),
            .authMethod(),
            .caFile,
            .adminToken("an API key of an admin"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let plugin = "\(url)/\(URLPart.segment(try settings.text("plugin") ?? "oidc"))"
        let api = try await parts.admin(
            by: settings, at: url, scheme: "token", words: GlewlwydAPI.words)
        var probe = try TokenProbe(
            settings, plan, parts, at: "\(plugin)/token",
            isRefusal: { $0 == 403 && $1 == BareRefusal.code })
        probe.http = BareRefusal(statuses: [403], http: parts.http)
        self.init(
            api: GlewlwydAPI(admin: api, clientID: plan.clientID.rawValue), probe: probe,
            plugin: plugin, issuer: try settings.address("issuer") ?? plugin,
            scope: try settings.requiredText("scope"))
    }
}
