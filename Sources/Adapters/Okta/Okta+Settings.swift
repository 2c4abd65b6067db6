import ClientCredentials
import RotationCore

extension Okta {
    static let descriptor = AdapterDescriptor(
        type: "okta", summary: "an application of an Okta org",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the org's address"),
            SettingDescriptor(
                "app_id", .text, summary: "the application's id; the client id if left out"),
            SettingDescriptor(
                "issuer", .url,
                summary: "the server that issues the tokens; the org itself if left out"),
            SettingDescriptor(
                "token_endpoint", .url, summary: "the issuer's own token endpoint if left out"),
            .authMethod(),
            .scope,
            .caFile,
            SettingDescriptor(
                "admin",
                .group([
                    SettingDescriptor("token", .reference, summary: "an API token (SSWS)"),
                    SettingDescriptor(
                        "client_id", .text, summary: "a service app with okta.apps.manage and .read"
                    ),
                    SettingDescriptor(
                        "private_key", .reference, summary: "the service app's key, as PEM"),
                    SettingDescriptor("key_id", .text, summary: "what Okta calls that key"),
                ]), required: true,
                summary: "who administers: token, or client_id and private_key"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let issuer = try settings.address("issuer") ?? url
        let isOrg = issuer == url
        let endpoint =
            try settings.address("token_endpoint")
            ?? (isOrg ? "\(url)/oauth2/v1/token" : "\(issuer)/v1/token")
        let caFile = try settings.caFile()
        let admin = try settings.requiredGroup("admin")
        let login = try await Self.login(admin, at: url, caFile, parts)
        let api = AdminAPI(
            address: url, caFile: caFile, login: login, http: parts.http, words: OktaAPI.words)
        self.init(
            api: OktaAPI(
                admin: api, appID: try settings.text("app_id") ?? plan.clientID.rawValue,
                now: parts.now),
            probe: try TokenProbe(settings, plan, parts, at: endpoint),
            issuer: issuer)
    }

    /// Okta's org server takes nothing but `private_key_jwt` for its own scopes.
    private static func login(
        _ admin: Settings, at url: String, _ caFile: String?, _ parts: ServerParts
    ) async throws(AdapterError) -> AdminLogin {
        if let token = try admin.reference("token") {
            guard try admin.text("client_id") == nil else {
                throw admin.invalid("token", "and client_id exclude each other")
            }
            return try await parts.login(token, scheme: "SSWS", of: admin)
        }
        let clientID = try admin.requiredText("client_id")
        let reference = try admin.requiredReference("private_key")
        let key = try await parts.key(reference, of: clientID, admin)
        let endpoint = TokenEndpoint(
            url: "\(url)/oauth2/v1/token", scope: "okta.apps.manage okta.apps.read", caFile: caFile)
        return AdminLogin(
            adapter: "okta", proof: .tokens(parts.tokens, endpoint, .privateKeyJWT(key)),
            findings: parts.resolver.findings(about: [reference], for: "okta"))
    }
}
