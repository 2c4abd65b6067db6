import ClientCredentials
import RotationCore

extension Auth0 {
    static let descriptor = AdapterDescriptor(
        type: "auth0", summary: "a client of an Auth0 tenant",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the tenant's own domain"),
            SettingDescriptor(
                "issuer", .url, summary: "the custom domain of the consumers; url if left out"),
            .scope,
            SettingDescriptor(
                "audience", .text,
                summary: "the API to ask for when a secret is tried; the tenant's default if left "
                    + "out"),
            .authMethod(.post),
            .caFile,
            .adminClient(
                "a machine-to-machine client, authorized for the Management API",
                SettingDescriptor(
                    "audience", .text,
                    summary: "the Management API; url and /api/v2/ if left out")),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let issuer = try settings.address("issuer") ?? url
        let caFile = try settings.caFile()
        let admin = try settings.requiredGroup("admin")
        let tokens = TokenEndpoint(
            url: "\(url)/oauth/token", audience: try admin.text("audience") ?? "\(url)/api/v2/",
            caFile: caFile)
        // Clients present their secret in the form, unless somebody changed that.
        let login = try await parts.login(admin, at: tokens, by: .post)
        let api = AdminAPI(
            address: url, caFile: caFile, login: login, http: parts.http, words: Auth0API.words)
        self.init(
            api: Auth0API(admin: api, clientID: plan.clientID.rawValue, now: parts.now),
            probe: try TokenProbe(
                settings, plan, parts, at: "\(issuer)/oauth/token",
                audience: try settings.text("audience"), method: .post,
                isRefusal: { $0 == 401 && ["invalid_client", "access_denied"].contains($1) }),
            issuer: issuer)
    }
}
