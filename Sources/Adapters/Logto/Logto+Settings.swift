import ClientCredentials
import RotationCore

extension Logto {
    static let descriptor = AdapterDescriptor(
        type: "logto", summary: "an application of a Logto tenant",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the tenant's address"),
            SettingDescriptor(
                "scope", .text, summary: "the scope to ask for when a secret is tried"),
            SettingDescriptor(
                "resource", .text, summary: "the API resource to ask for when a secret is tried"),
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
                        summary:
                            "a machine-to-machine application with a role for the management API"),
                    SettingDescriptor(
                        "client_secret", .reference, required: true, summary: "its secret"),
                    SettingDescriptor(
                        "resource", .text,
                        summary: "the management API; https://default.logto.app/api if left out"),
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
        let endpoint = "\(url)/oidc/token"
        let api = AdminAPI(
            address: url, caFile: caFile,
            login: try await Self.login(admin, at: endpoint, caFile, parts), http: parts.http,
            words: LogtoAPI.words)
        self.init(
            api: LogtoAPI(admin: api, clientID: plan.clientID.rawValue, now: parts.now),
            probe: TokenProbe(
                adapter: "logto",
                endpoint: TokenEndpoint(
                    url: endpoint, scope: try settings.text("scope"),
                    resources: try settings.text("resource").map { [$0] } ?? [], caFile: caFile),
                clientID: plan.clientID.rawValue,
                method: try settings.choice("token_endpoint_auth_method", default: .basic),
                http: parts.http, isRefusal: { $0 == 401 && $1 == "invalid_client" }),
            issuer: "\(url)/oidc")
    }

    private static func login(
        _ admin: Settings, at endpoint: String, _ caFile: String?, _ parts: ServerParts
    ) async throws(AdapterError) -> AdminLogin {
        let clientID = try admin.requiredText("client_id")
        let reference = try admin.requiredReference("client_secret")
        let resource = try admin.text("resource") ?? "https://default.logto.app/api"
        let authentication = try await parts.resolver.resolve(reference, for: "logto")
            .withPlaintext { ClientAuthentication.basic(id: clientID, secret: $0) }
        let tokens = TokenEndpoint(
            url: endpoint, scope: "all", resources: [resource], caFile: caFile)
        return AdminLogin(
            adapter: "logto", proof: .tokens(parts.tokens, tokens, authentication),
            findings: parts.resolver.findings(about: [reference], for: "logto"))
    }
}
