import ClientCredentials
import RotationCore

extension Buntubi {
    static let descriptor = AdapterDescriptor(
        type: "buntubi", summary: "an app of a buntubi identity provider",
        settings: [
            SettingDescriptor(
                "url", .url, required: true, summary: "the provider's address, as its issuer is"),
            .scope,
            .authMethod(),
            .caFile,
            .adminToken("an access token of a person, with the scope developer"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let api = try await parts.admin(by: settings, at: url, words: BuntubiAPI.words)
        self.init(
            api: BuntubiAPI(admin: api, clientID: plan.clientID.rawValue),
            probe: try TokenProbe(settings, plan, parts, at: "\(url)/oauth/token"),
            issuer: url, need: plan.leastOverlap, isExclusive: plan.isExclusive)
    }
}
