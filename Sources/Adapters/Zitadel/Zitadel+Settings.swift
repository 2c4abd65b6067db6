import ClientCredentials
import RotationCore

extension Zitadel {
    static let descriptor = AdapterDescriptor(
        type: "zitadel", summary: "a machine user of a Zitadel instance",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the instance's address"),
            SettingDescriptor(
                "scope", .text,
                summary: "the scope to ask for when a secret is tried; openid if left out"),
            .authMethod(),
            .caFile,
            .adminToken("a personal access token of a user who may change the user"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let api = try await parts.admin(by: settings, at: url, words: ZitadelAPI.words)
        var probe = try TokenProbe(
            settings, plan, parts, at: "\(url)/oauth/v2/token", scope: "openid")
        // A wrong secret is an invalid request like many others, and named in the description.
        probe.isRefusalInWords = { status, error, said in
            status == 400 && error == "invalid_request"
                && said.hasPrefix("Errors.User.Machine.Secret.")
        }
        self.init(
            api: ZitadelAPI(admin: api, clientID: plan.clientID.rawValue), probe: probe,
            issuer: url)
    }
}
