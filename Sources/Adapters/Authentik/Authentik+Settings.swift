import ClientCredentials
import RotationCore

extension Authentik {
    static let descriptor = AdapterDescriptor(
        type: "authentik", summary: "an OAuth2 provider of an authentik",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the instance's address"),
            .scope,
            .authMethod(),
            .caFile,
            .adminToken("an API token of a user who may change the provider"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let api = try await parts.admin(by: settings, at: url, words: AuthentikAPI.words)
        let endpoint = "\(url)/application/o/token/"
        let isDead: @Sendable (Int, String) -> Bool = {
            [400, 401].contains($0) && $1 == "invalid_client"
        }
        let probe = try TokenProbe(
            settings, plan, parts, at: endpoint,
            isRefusal: { isDead($0, $1) || $0 == 400 && $1 == "invalid_grant" })
        // Without a code, which is missed only after the secret was looked at.
        let proof = TokenProbe(
            adapter: probe.adapter,
            endpoint: TokenEndpoint(
                url: endpoint, grant: .authorizationCode("", redirectURI: ""),
                caFile: probe.endpoint.caFile),
            clientID: probe.clientID, method: probe.method, http: probe.http, isRefusal: isDead,
            isAcceptance: { $0 == 400 && $1 == "invalid_grant" })
        self.init(
            api: AuthentikAPI(admin: api, clientID: plan.clientID.rawValue), probe: probe,
            proof: proof, url: url)
    }
}
