import ClientCredentials
import RotationCore

extension LemonLDAP {
    static let descriptor = AdapterDescriptor(
        type: "lemonldap", summary: "a relying party of a LemonLDAP::NG",
        settings: [
            SettingDescriptor(
                "url", .url, required: true,
                summary: "the manager API's address, before /api/v1"),
            SettingDescriptor(
                "issuer", .url, required: true, summary: "the portal's address, which is the issuer"
            ),
            SettingDescriptor(
                "propagation", .span,
                summary: "how long the portal may go on with the old secret: its checkTime and a "
                    + "little; 11m if left out"),
            .scope,
            .authMethod(),
            .caFile,
            SettingDescriptor(
                "admin",
                .group([
                    SettingDescriptor(
                        "token", .reference, summary: "a bearer token for the proxy in front"),
                    SettingDescriptor("user", .text, summary: "or a user of it"),
                    SettingDescriptor("password", .reference, summary: "the user's password"),
                ]), summary: "who administers; LemonLDAP's own manager API asks nobody"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let issuer = try settings.requiredAddress("issuer")
        let caFile = try settings.caFile()
        let api = AdminAPI(
            address: url, caFile: caFile, login: try await Self.login(settings, parts),
            http: parts.http, words: LemonLDAPAPI.words)
        self.init(
            api: LemonLDAPAPI(admin: api, clientID: plan.clientID.rawValue),
            probe: try TokenProbe(
                settings, plan, parts, at: "\(issuer)/oauth2/token",
                // 401 to Basic and 400 to the form.
                isRefusal: { [400, 401].contains($0) && $1 == "invalid_client" }),
            issuer: issuer,
            propagation: try settings.span(
                "propagation", default: Self.capabilities.propagation),
            window: plan.probe.window)
    }

    private static func login(_ settings: Settings, _ parts: ServerParts)
        async throws(AdapterError) -> AdminLogin
    {
        guard let admin = try settings.group("admin") else {
            return AdminLogin(adapter: "lemonldap", proof: .nobody, findings: [])
        }
        guard let user = try admin.text("user") else {
            return try await parts.login(try admin.requiredReference("token"), of: admin)
        }
        guard try admin.text("token") == nil else {
            throw admin.invalid("user", "and token exclude each other")
        }
        return try await parts.login(
            user: user, password: try admin.requiredReference("password"), of: admin)
    }
}
