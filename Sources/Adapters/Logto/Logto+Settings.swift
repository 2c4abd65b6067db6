import ClientCredentials
import RotationCore

extension Logto {
    static let descriptor = AdapterDescriptor(
        type: "logto", summary: "an application of a Logto tenant",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the tenant's address"),
            .scope,
            SettingDescriptor(
                "resource", .text, summary: "the API resource to ask for when a secret is tried"),
            .authMethod(),
            .caFile,
            .adminClient(
                "a machine-to-machine application with a role for the management API",
                SettingDescriptor(
                    "resource", .text,
                    summary: "the management API; https://default.logto.app/api if left out")),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let caFile = try settings.caFile()
        let admin = try settings.requiredGroup("admin")
        let endpoint = "\(url)/oidc/token"
        let management = try admin.text("resource") ?? "https://default.logto.app/api"
        let tokens = TokenEndpoint(
            url: endpoint, scope: "all", resources: [management], caFile: caFile)
        let api = AdminAPI(
            address: url, caFile: caFile, login: try await parts.login(admin, at: tokens),
            http: parts.http, words: LogtoAPI.words)
        self.init(
            api: LogtoAPI(admin: api, clientID: plan.clientID.rawValue, now: parts.now),
            probe: try TokenProbe(
                settings, plan, parts, at: endpoint,
                resources: try settings.text("resource").map { [$0] } ?? []),
            issuer: "\(url)/oidc")
    }
}
