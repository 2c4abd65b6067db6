import ClientCredentials
import HTTPTransport
import RotationCore

extension PingFederate {
    static let descriptor = AdapterDescriptor(
        type: "pingfederate", summary: "a client of a PingFederate",
        settings: [
            SettingDescriptor(
                "url", .url, required: true, summary: "the administrative API's address"),
            SettingDescriptor(
                "issuer", .url, required: true, summary: "the engines' address, which is the issuer"
            ),
            SettingDescriptor(
                "token_endpoint", .url, summary: "the issuer's own token endpoint if left out"),
            SettingDescriptor(
                "lifetime", .span,
                summary: "how long a new secret is good for, unless it takes the old one's place; "
                    + "365d if left out"),
            .scope,
            .authMethod(),
            .caFile,
            SettingDescriptor(
                "admin",
                .group([
                    SettingDescriptor("user", .text, summary: "an administrator's name"),
                    SettingDescriptor("password", .reference, summary: "the password"),
                    SettingDescriptor(
                        "client_id", .text, summary: "or a client that the API takes tokens of"),
                    SettingDescriptor("client_secret", .reference, summary: "its secret"),
                    SettingDescriptor(
                        "token_endpoint", .url,
                        summary: "where it gets them; the client's own token endpoint if left out"),
                    SettingDescriptor("scope", .text, summary: "the scope that it asks for"),
                ]), required: true,
                summary: "who administers: user and password, or client_id and client_secret"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let issuer = try settings.requiredAddress("issuer")
        let endpoint = try settings.address("token_endpoint") ?? "\(issuer)/as/token.oauth2"
        var api = AdminAPI(
            address: url, caFile: try settings.caFile(),
            login: try await Self.login(settings, endpoint, parts), http: parts.http,
            words: PingFederateAPI.words)
        api.headers[PingFederateAPI.forgeryHeader] = "PingFederate"
        self.init(
            api: PingFederateAPI(admin: api, clientID: plan.clientID.rawValue, now: parts.now),
            probe: try TokenProbe(settings, plan, parts, at: endpoint), issuer: issuer,
            lifetime: try settings.span("lifetime", default: .hours(365 * 24)))
    }

    private static func login(_ settings: Settings, _ endpoint: String, _ parts: ServerParts)
        async throws(AdapterError) -> AdminLogin
    {
        let admin = try settings.requiredGroup("admin")
        guard let user = try admin.text("user") else {
            let url = try admin.address("token_endpoint") ?? endpoint
            return try await parts.login(
                admin,
                at: TokenEndpoint(
                    url: url, scope: try admin.text("scope"), caFile: try settings.caFile()))
        }
        guard try admin.text("client_id") == nil else {
            throw admin.invalid("user", "and client_id exclude each other")
        }
        return try await parts.login(
            user: user, password: try admin.requiredReference("password"), of: admin)
    }
}
