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
                .group(adminSettings("okta.apps.manage and .read")), required: true,
                summary: "who administers: token, or client_id and private_key"),
        ],
        capabilities: OktaKind.application.capabilities)

    /// `rights` are the scopes that a service app needs.
    static func adminSettings(_ rights: String) -> [SettingDescriptor] {
        [
            SettingDescriptor("token", .reference, summary: "an API token (SSWS)"),
            SettingDescriptor("client_id", .text, summary: "a service app with \(rights)"),
            SettingDescriptor("private_key", .reference, summary: "the service app's key, as PEM"),
            SettingDescriptor("key_id", .text, summary: "what Okta calls that key"),
        ]
    }

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let issuer = try settings.address("issuer") ?? url
        let isOrg = issuer == url
        let endpoint =
            try settings.address("token_endpoint")
            ?? (isOrg ? "\(url)/oauth2/v1/token" : "\(issuer)/v1/token")
        self.init(
            api: try await Self.api(settings, .application, plan, parts),
            log: try await Self.log(settings, .application, plan, parts),
            grants: try await Self.grants(settings, .application, isOrg: isOrg, plan, parts),
            probe: try TokenProbe(settings, plan, parts, at: endpoint),
            issuer: issuer)
    }

    static func api(_ settings: Settings, _ kind: OktaKind, _ plan: Plan, _ parts: ServerParts)
        async throws(AdapterError) -> OktaAPI
    {
        let scopes = "\(kind.manageScope) \(kind.readScope)"
        return OktaAPI(
            admin: try await admin(settings, scopes, kind, parts),
            appID: try settings.text("app_id") ?? plan.clientID.rawValue, now: parts.now,
            kind: kind)
    }

    /// The log, read with a token of its own: where that isn't given, all else goes on.
    static func log(_ settings: Settings, _ kind: OktaKind, _ plan: Plan, _ parts: ServerParts)
        async throws(AdapterError) -> OktaLog
    {
        OktaLog(
            admin: try await admin(settings, OktaKind.logScope, kind, parts),
            clientID: plan.clientID.rawValue, now: parts.now)
    }

    /// What the client was granted, read with a token of its own for the same reason.
    static func grants(
        _ settings: Settings, _ kind: OktaKind, isOrg: Bool, _ plan: Plan, _ parts: ServerParts
    ) async throws(AdapterError) -> OktaGrants {
        OktaGrants(
            admin: try await admin(settings, kind.grantScope, kind, parts),
            appID: try settings.text("app_id") ?? plan.clientID.rawValue, kind: kind, isOrg: isOrg)
    }

    private static func admin(
        _ settings: Settings, _ scopes: String, _ kind: OktaKind, _ parts: ServerParts
    ) async throws(AdapterError) -> AdminAPI {
        let url = try settings.requiredAddress("url")
        return AdminAPI(
            address: url, caFile: try settings.caFile(),
            login: try await login(settings, at: url, scopes, kind, parts), http: parts.http,
            words: OktaAPI.words)
    }

    /// Okta's org server takes nothing but `private_key_jwt` for its own scopes.
    private static func login(
        _ settings: Settings, at url: String, _ scopes: String, _ kind: OktaKind,
        _ parts: ServerParts
    ) async throws(AdapterError) -> AdminLogin {
        let admin = try settings.requiredGroup("admin")
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
            url: "\(url)/oauth2/v1/token", scope: scopes, caFile: try settings.caFile())
        return AdminLogin(
            adapter: kind.type, proof: .tokens(parts.tokens, endpoint, .privateKeyJWT(key)),
            findings: parts.resolver.findings(about: [reference], for: kind.type))
    }
}
