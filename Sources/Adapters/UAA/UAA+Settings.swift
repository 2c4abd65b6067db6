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
            SettingDescriptor(
                "scope", .text, summary: "the scope to ask for when a secret is tried"),
            SettingDescriptor(
                "token_lifetime", .span,
                summary: "how long tokens live where the client doesn't say; 12h if left out"),
            SettingDescriptor(
                "token_endpoint_auth_method", .choice(TokenProbe.Method.allCases.map(\.rawValue)),
                summary: "how consumers present the secret; client_secret_basic if left out"),
            SettingDescriptor(
                "ca_file", .path, summary: "the only authorities to trust, as PEM file"),
            SettingDescriptor(
                "admin",
                .group([
                    SettingDescriptor(
                        "client_id", .text, required: true,
                        summary: "a client with the authority clients.admin"),
                    SettingDescriptor(
                        "client_secret", .reference, required: true, summary: "its secret"),
                ]), required: true, summary: "who administers"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        guard let url = try settings.address("url") else {
            throw settings.invalid("url", "is missing")
        }
        let caFile = try settings.caFile()
        guard let admin = try settings.group("admin") else {
            throw settings.invalid("admin", "is missing")
        }
        var api = AdminAPI(
            address: url, caFile: caFile, login: try await Self.login(admin, url, caFile, parts),
            http: parts.http, words: UAAAPI.words)
        api.headers[UAAAPI.zoneHeader] = try settings.text("zone")
        let issuer = try settings.address("zone_url") ?? url
        self.init(
            api: UAAAPI(admin: api, clientID: plan.clientID.rawValue),
            probe: TokenProbe(
                adapter: "uaa",
                endpoint: TokenEndpoint(
                    url: "\(issuer)/oauth/token", scope: try settings.text("scope"),
                    caFile: caFile),
                clientID: plan.clientID.rawValue,
                method: try settings.choice("token_endpoint_auth_method", default: .basic),
                http: parts.http,
                isRefusal: { $0 == 401 && ["unauthorized", "invalid_client"].contains($1) }),
            issuer: issuer, tokenLifetime: try settings.span("token_lifetime", default: .hours(12)))
    }

    private static func login(
        _ admin: Settings, _ url: String, _ caFile: String?, _ parts: ServerParts
    ) async throws(AdapterError) -> AdminLogin {
        let clientID = try admin.requiredText("client_id")
        let reference = try admin.requiredReference("client_secret")
        let authentication = try await parts.resolver.resolve(reference, for: "uaa")
            .withPlaintext { ClientAuthentication.basic(id: clientID, secret: $0) }
        let tokens = TokenEndpoint(url: "\(url)/oauth/token", caFile: caFile)
        return AdminLogin(
            adapter: "uaa", proof: .tokens(parts.tokens, tokens, authentication),
            findings: parts.resolver.findings(about: [reference], for: "uaa"))
    }
}
