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
            SettingDescriptor(
                "admin",
                .group([
                    SettingDescriptor(
                        "token", .reference, required: true,
                        summary: "an access token of a person, with the scope developer")
                ]), required: true, summary: "who administers"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let admin = try settings.requiredGroup("admin")
        let login = try await parts.login(try admin.requiredReference("token"), of: admin)
        let api = AdminAPI(
            address: url, caFile: try settings.caFile(), login: login, http: parts.http,
            words: BuntubiAPI.words)
        self.init(
            api: BuntubiAPI(admin: api, clientID: plan.clientID.rawValue),
            probe: try TokenProbe(settings, plan, parts, at: "\(url)/oauth/token"),
            issuer: url, need: plan.leastOverlap, isExclusive: plan.isExclusive)
    }
}
