import ClientCredentials
import HTTPTransport
import RotationCore

extension UAA {
    static let descriptor = AdapterDescriptor(
        type: "uaa", summary: "a client of a Cloud Foundry UAA",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the server's address"),
            SettingDescriptor(
                "zone", .text, summary: "the id of an identity zone, if it isn't the default one"),
            SettingDescriptor(
                "zone_url", .url,
                summary: "the zone's own address, for its token endpoint; url if left out"),
            .scope,
            SettingDescriptor(
                "token_lifetime", .span,
                summary: "how long tokens live where the client doesn't say; 12h if left out"),
            .authMethod(),
            .caFile,
            .adminClient("a client with the authority clients.admin"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let caFile = try settings.caFile()
        let admin = try settings.requiredGroup("admin")
        var api = AdminAPI(
            address: url, caFile: caFile,
            login: try await parts.login(
                admin, at: TokenEndpoint(url: "\(url)/oauth/token", caFile: caFile)),
            http: parts.http, words: UAAAPI.words)
        api.headers[UAAAPI.zoneHeader] = try settings.text("zone")
        let issuer = try settings.address("zone_url") ?? url
        self.init(
            api: UAAAPI(admin: api, clientID: plan.clientID.rawValue),
            probe: try TokenProbe(
                settings, plan, parts, at: "\(issuer)/oauth/token",
                isRefusal: { $0 == 401 && ["unauthorized", "invalid_client"].contains($1) }),
            issuer: issuer, tokenLifetime: try settings.span("token_lifetime", default: .hours(12)))
    }
}
