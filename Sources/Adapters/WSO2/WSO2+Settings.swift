import ClientCredentials
import RotationCore

extension WSO2 {
    static let descriptor = AdapterDescriptor(
        type: "wso2", summary: "an application of a WSO2 Identity Server",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the server's address"),
            SettingDescriptor(
                "tenant", .text, summary: "the tenant's domain; the super tenant if left out"),
            SettingDescriptor(
                "application", .text,
                summary: "the application's id; looked up by its client id if left out"),
            SettingDescriptor(
                "issuer", .url, summary: "the tenant's own issuer if left out"),
            SettingDescriptor(
                "limit", .integer,
                summary: "how many secrets the server allows an application; 2 if left out"),
            SettingDescriptor(
                "lifetime", .span, summary: "how long a new secret is good for; no end if left out"
            ),
            .scope,
            .authMethod(),
            .caFile,
            .adminClient("an application that is authorized for the management API"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let base = try settings.text("tenant").map { "\(url)/t/\(URLPart.segment($0))" } ?? url
        let endpoint = "\(base)/oauth2/token"
        let application = try settings.text("application")
        let caFile = try settings.caFile()
        let admin = try settings.requiredGroup("admin")
        let scopes = WSO2API.scopes(isNamed: application != nil).joined(separator: " ")
        let tokens = TokenEndpoint(url: endpoint, scope: scopes, caFile: caFile)
        let api = AdminAPI(
            address: base, caFile: caFile, login: try await parts.login(admin, at: tokens),
            http: parts.http, words: WSO2API.words)
        self.init(
            api: WSO2API(
                admin: api, clientID: plan.clientID.rawValue, application: application,
                now: parts.now),
            probe: try TokenProbe(settings, plan, parts, at: endpoint),
            issuer: try settings.address("issuer") ?? endpoint,
            limit: try Self.limit(settings),
            lifetime: try settings.text("lifetime") == nil
                ? nil : settings.span("lifetime", default: .zero),
            period: plan.schedule?.every, isExclusive: plan.isExclusive)
    }

    private static func limit(_ settings: Settings) throws(AdapterError) -> Int {
        guard let text = try settings.text("limit") else { return capabilities.limit }
        guard let limit = Int(text), limit > 1 else {
            throw settings.invalid("limit", "must be 2 or more")
        }
        return limit
    }
}
