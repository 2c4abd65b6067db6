import ClientCredentials
import RotationCore

extension Entra {
    static let descriptor = AdapterDescriptor(
        type: "entra", summary: "an application of a Microsoft Entra tenant",
        settings: [
            SettingDescriptor(
                "tenant", .text, required: true, summary: "the tenant's id, or one of its domains"),
            SettingDescriptor(
                "url", .url,
                summary: "Microsoft Graph; https://graph.microsoft.com if left out"),
            SettingDescriptor(
                "authority", .url,
                summary: "the login; https://login.microsoftonline.com if left out"),
            SettingDescriptor(
                "scope", .text,
                summary: "the scope to ask for when a secret is tried; "
                    + "https://graph.microsoft.com/.default if left out"),
            SettingDescriptor(
                "lifetime", .span, summary: "how long a new secret is good for; 180d if left out"),
            SettingDescriptor(
                "sign_in_report", .boolean,
                summary: "whether the report of sign-ins is read (Graph beta), for who still uses "
                    + "the old secret; false if left out"),
            .authMethod(.post),
            .caFile,
            SettingDescriptor(
                "admin",
                .group(
                    ServerParts.entraLogin(
                        "an application with Application.ReadWrite.OwnedBy, and an owner")),
                required: true,
                summary: "who administers: client_id with client_secret or federated_token"),
        ],
        capabilities: capabilities)

    private static let graph = "https://graph.microsoft.com"

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let tenant = URLPart.segment(try settings.requiredText("tenant"))
        let url = try settings.address("url") ?? Self.graph
        let login = try settings.address("authority") ?? "https://login.microsoftonline.com"
        let endpoint = "\(login)/\(tenant)/oauth2/v2.0/token"
        let caFile = try settings.caFile()
        let admin = try settings.requiredGroup("admin")
        let adminEndpoint = TokenEndpoint(
            url: endpoint, scope: "\(Self.graph)/.default", caFile: caFile)
        let api = AdminAPI(
            address: url, caFile: caFile,
            login: try await parts.entraLogin(admin, at: adminEndpoint), http: parts.http,
            words: EntraAPI.words)
        self.init(
            api: EntraAPI(admin: api, clientID: plan.clientID.rawValue, now: parts.now),
            probe: try TokenProbe(
                settings, plan, parts, at: endpoint, scope: "\(Self.graph)/.default",
                method: .post,
                // AADSTS7000215, and 7000222 where it has expired.
                isRefusal: { $0 == 401 && $1 == "invalid_client" }),
            authority: "\(login)/\(tenant)/v2.0",
            lifetime: try settings.span("lifetime", default: .hours(180 * 24)),
            period: plan.schedule?.every,
            readsReport: try settings.boolean("sign_in_report", default: false))
    }
}
