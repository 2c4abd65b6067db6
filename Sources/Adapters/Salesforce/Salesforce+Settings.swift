import ClientCredentials
import RotationCore

extension Salesforce {
    static let descriptor = AdapterDescriptor(
        type: "salesforce", summary: "an external client app of a Salesforce org",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the org's My Domain address"),
            SettingDescriptor(
                "app_id", .text, required: true, summary: "the app's id, from apps/oauth/usage"),
            SettingDescriptor(
                "consumer_id", .text,
                summary: "the consumer's id; the app's only one, or the client id's, if left out"),
            .scope,
            .authMethod(),
            .caFile,
            .adminClient("the key of another app"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let endpoint = "\(url)/services/oauth2/token"
        let caFile = try settings.caFile()
        let admin = try settings.requiredGroup("admin")
        let api = AdminAPI(
            address: url, caFile: caFile,
            login: try await parts.login(admin, at: TokenEndpoint(url: endpoint, caFile: caFile)),
            http: parts.http, words: SalesforceAPI.words)
        self.init(
            api: SalesforceAPI(
                admin: api, appID: try settings.requiredText("app_id"),
                clientID: plan.clientID.rawValue, consumerID: try settings.text("consumer_id")),
            probe: try TokenProbe(
                settings, plan, parts, at: endpoint,
                // A key that is gone is an unknown client, in another word.
                isRefusal: { [400, 401].contains($0) && Self.refusals.contains($1) }),
            issuer: url, adminKey: try admin.requiredText("client_id"))
    }

    private static let refusals: Set<String> = ["invalid_client", "invalid_client_id"]
}
