import ClientCredentials
import RotationCore

extension Gravitee {
    static let descriptor = AdapterDescriptor(
        type: "gravitee", summary: "an application of a Gravitee AM domain",
        settings: [
            SettingDescriptor(
                "url", .url, required: true,
                summary: "the management API, as far as /management"),
            SettingDescriptor(
                "gateway", .url, required: true,
                summary: "the domain at the gateway, with its path"),
            SettingDescriptor("organization", .text, summary: "its id; DEFAULT if left out"),
            SettingDescriptor("environment", .text, summary: "its id; DEFAULT if left out"),
            SettingDescriptor("domain", .text, required: true, summary: "the domain's id"),
            SettingDescriptor(
                "application", .text, required: true,
                summary: "the application's id, which isn't the client id"),
            SettingDescriptor(
                "issuer", .url,
                summary: "what the domain calls itself; gateway and /oidc if left out"),
            SettingDescriptor(
                "scope", .text, summary: "the scope to ask for when a secret is tried"),
            SettingDescriptor(
                "token_endpoint_auth_method", .choice(TokenProbe.Method.allCases.map(\.rawValue)),
                summary: "how consumers present the secret; client_secret_basic if left out"),
            SettingDescriptor(
                "ca_file", .path, summary: "the only authorities to trust, as PEM file"),
            SettingDescriptor(
                "admin",
                .group([
                    SettingDescriptor(
                        "token", .reference, required: true,
                        summary: "an account access token of the user who administers")
                ]), required: true, summary: "who administers"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        guard let url = try settings.address("url") else {
            throw settings.invalid("url", "is missing")
        }
        guard let gateway = try settings.address("gateway") else {
            throw settings.invalid("gateway", "is missing")
        }
        let caFile = try settings.caFile()
        guard let admin = try settings.group("admin") else {
            throw settings.invalid("admin", "is missing")
        }
        let token = try admin.requiredReference("token")
        let login = AdminLogin(
            adapter: "gravitee",
            proof: .fixed(
                scheme: "Bearer", try await parts.resolver.resolve(token, for: "gravitee")),
            findings: parts.resolver.findings(about: [token], for: "gravitee"))
        let api = AdminAPI(
            address: url, caFile: caFile, login: login, http: parts.http, words: GraviteeAPI.words)
        self.init(
            api: GraviteeAPI(admin: api, path: try Self.path(settings)),
            probe: TokenProbe(
                adapter: "gravitee",
                endpoint: TokenEndpoint(
                    url: "\(gateway)/oauth/token", scope: try settings.text("scope"),
                    caFile: caFile),
                clientID: plan.clientID.rawValue,
                method: try settings.choice("token_endpoint_auth_method", default: .basic),
                http: parts.http, isRefusal: { $0 == 401 && $1 == "invalid_client" }),
            issuer: try settings.address("issuer") ?? "\(gateway)/oidc",
            metadata: "\(gateway)/oidc/.well-known/openid-configuration", now: parts.now,
            period: plan.schedule?.every)
    }

    private static func path(_ settings: Settings) throws(AdapterError) -> String {
        let organization = try settings.text("organization") ?? "DEFAULT"
        let environment = try settings.text("environment") ?? "DEFAULT"
        let domain = try settings.requiredText("domain")
        let application = try settings.requiredText("application")
        return "/organizations/\(URLPart.segment(organization))"
            + "/environments/\(URLPart.segment(environment))"
            + "/domains/\(URLPart.segment(domain))"
            + "/applications/\(URLPart.segment(application))"
    }
}
