import ClientCredentials
import RotationCore

extension Hydra {
    static let descriptor = AdapterDescriptor(
        type: "hydra", summary: "a client of an Ory Hydra that can rotate secrets",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the admin API's address"),
            SettingDescriptor(
                "issuer", .url, required: true, summary: "the public address, which is the issuer"),
            SettingDescriptor(
                "scope", .text, summary: "the scope to ask for when a secret is tried"),
            SettingDescriptor(
                "audience", .text, summary: "the audience to ask for when a secret is tried"),
            SettingDescriptor(
                "token_endpoint_auth_method", .choice(TokenProbe.Method.allCases.map(\.rawValue)),
                summary: "how consumers present the secret; client_secret_basic if left out"),
            SettingDescriptor(
                "ca_file", .path, summary: "the only authorities to trust, as PEM file"),
            SettingDescriptor(
                "admin",
                .group([
                    SettingDescriptor(
                        "token", .reference, required: true, summary: "an API token of Ory Network")
                ]), summary: "who administers; Hydra's own admin API asks nobody"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        guard let url = try settings.address("url") else {
            throw settings.invalid("url", "is missing")
        }
        guard let issuer = try settings.address("issuer") else {
            throw settings.invalid("issuer", "is missing")
        }
        let caFile = try settings.caFile()
        let api = AdminAPI(
            address: url, caFile: caFile, login: try await Self.login(settings, parts),
            http: parts.http, words: HydraAPI.words)
        self.init(
            api: HydraAPI(admin: api, clientID: plan.clientID.rawValue),
            probe: TokenProbe(
                adapter: "hydra",
                endpoint: TokenEndpoint(
                    url: "\(issuer)/oauth2/token", scope: try settings.text("scope"),
                    audience: try settings.text("audience"), caFile: caFile),
                clientID: plan.clientID.rawValue,
                method: try settings.choice("token_endpoint_auth_method", default: .basic),
                http: parts.http, isRefusal: { $0 == 401 && $1 == "invalid_client" }),
            issuer: issuer, isExclusive: plan.isExclusive)
    }

    private static func login(_ settings: Settings, _ parts: ServerParts)
        async throws(AdapterError) -> AdminLogin
    {
        guard let admin = try settings.group("admin") else {
            return AdminLogin(adapter: "hydra", proof: .nobody, findings: [])
        }
        let reference = try admin.requiredReference("token")
        return AdminLogin(
            adapter: "hydra",
            proof: .fixed(
                scheme: "Bearer", try await parts.resolver.resolve(reference, for: "hydra")),
            findings: parts.resolver.findings(about: [reference], for: "hydra"))
    }
}
