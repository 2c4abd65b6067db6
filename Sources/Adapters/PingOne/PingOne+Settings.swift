import ClientCredentials
import RotationCore

extension PingOne {
    static let descriptor = AdapterDescriptor(
        type: "pingone", summary: "an application of a PingOne environment",
        settings: [
            SettingDescriptor(
                "environment", .text, required: true, summary: "the environment's id"),
            SettingDescriptor(
                "url", .url, summary: "the platform API; https://api.pingone.com if left out"),
            SettingDescriptor(
                "auth", .url, summary: "the login; https://auth.pingone.com if left out"),
            SettingDescriptor(
                "application", .text, summary: "the application's id; the client_id if left out"),
            SettingDescriptor(
                "retain", .span,
                summary: "how long the old secret stays accepted, 30d at most; 29d if left out"),
            .scope,
            .authMethod(),
            .caFile,
            .adminClient(
                "a worker application with a role for the application",
                SettingDescriptor(
                    "environment", .text, summary: "its environment; the same if left out")),
        ],
        capabilities: capabilities)

    /// Between what the platform allows, by its clock and not by ours.
    private static let bounds = (least: Span.minutes(1), most: Span.hours(30 * 24))

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let environment = try settings.requiredText("environment")
        let auth = try settings.address("auth") ?? "https://auth.pingone.com"
        let issuer = Self.issuer(auth, environment)
        let caFile = try settings.caFile()
        let retain = try settings.span("retain", default: .hours(29 * 24))
        guard (Self.bounds.least...Self.bounds.most).contains(retain) else {
            throw settings.invalid("retain", "must be from 1m to 30d")
        }
        let admin = try settings.requiredGroup("admin")
        let adminIssuer = Self.issuer(auth, try admin.text("environment") ?? environment)
        let api = AdminAPI(
            address: try settings.address("url") ?? "https://api.pingone.com", caFile: caFile,
            login: try await parts.login(
                admin, at: TokenEndpoint(url: "\(adminIssuer)/token", caFile: caFile)),
            http: parts.http, words: PingOneAPI.words)
        self.init(
            api: PingOneAPI(
                admin: api, environment: environment,
                application: try settings.text("application") ?? plan.clientID.rawValue,
                now: parts.now),
            probe: try TokenProbe(settings, plan, parts, at: "\(issuer)/token"),
            issuer: issuer, retain: retain, need: plan.leastOverlap,
            adminID: try admin.requiredText("client_id"))
    }

    private static func issuer(_ auth: String, _ environment: String) -> String {
        "\(auth)/\(URLPart.segment(environment))/as"
    }
}
