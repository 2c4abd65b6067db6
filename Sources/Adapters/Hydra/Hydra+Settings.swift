import ClientCredentials
import RotationCore

extension Hydra {
    static let descriptor = AdapterDescriptor(
        type: "hydra", summary: "a client of an Ory Hydra that can rotate secrets",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the admin API's address"),
            SettingDescriptor(
                "issuer", .url, required: true, summary: "the public address, which is the issuer"),
            .scope,
            SettingDescriptor(
                "audience", .text, summary: "the audience to ask for when a secret is tried"),
            .authMethod(),
            .caFile,
            .adminToken(
                "an API token of Ory Network", unlessAsked: "Hydra's own admin API asks nobody"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let issuer = try settings.requiredAddress("issuer")
        let api = try await parts.admin(
            by: settings, at: url, mayAskNobody: true, words: HydraAPI.words)
        self.init(
            api: HydraAPI(admin: api, clientID: plan.clientID.rawValue),
            probe: try TokenProbe(
                settings, plan, parts, at: "\(issuer)/oauth2/token",
                audience: try settings.text("audience")),
            issuer: issuer, isExclusive: plan.isExclusive)
    }
}
