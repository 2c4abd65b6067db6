import ClientCredentials
import RotationCore

extension Authlete {
    static let descriptor = AdapterDescriptor(
        type: "authlete", summary: "a client of an Authlete service",
        settings: [
            SettingDescriptor(
                "url", .url, required: true, summary: "the Authlete API server of the cluster"),
            SettingDescriptor(
                "service", .text, required: true,
                summary: "the service's id; before Authlete 3, its API key"),
            SettingDescriptor(
                "token_endpoint", .url, required: true,
                summary: "the authorization server's own token endpoint"),
            .scope,
            .authMethod(),
            .caFile,
            .adminToken("an access token of the service"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let api = try await parts.admin(
            by: settings, at: try settings.requiredAddress("url"), words: AuthleteAPI.words)
        self.init(
            api: AuthleteAPI(
                admin: api, service: try settings.requiredText("service"),
                clientID: plan.clientID.rawValue),
            probe: try TokenProbe(
                settings, plan, parts, at: try settings.requiredAddress("token_endpoint"),
                isRefusal: { [400, 401].contains($0) && $1 == "invalid_client" }))
    }
}
