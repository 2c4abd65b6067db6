import ClientCredentials
import RotationCore

extension Keycloak {
    static let descriptor = AdapterDescriptor(
        type: "keycloak", summary: "a client of a Keycloak realm with a secret-rotation policy",
        settings: [
            SettingDescriptor(
                "url", .url, required: true, summary: "the server's address, before /realms"),
            SettingDescriptor("realm", .text, required: true, summary: "the client's realm"),
            SettingDescriptor("issuer", .url, summary: "the realm's own issuer if left out"),
            SettingDescriptor(
                "token_endpoint", .url, summary: "the realm's own token endpoint if left out"),
            .authMethod(),
            .scope,
            SettingDescriptor(
                "login_events", .boolean,
                summary: "whether login events are read, for who still uses the old secret; "
                    + "true if left out"),
            .caFile,
            SettingDescriptor(
                "admin",
                .group([
                    SettingDescriptor(
                        "client_id", .text, required: true,
                        summary: "a client with manage-clients and view-realm"),
                    SettingDescriptor("client_secret", .reference, summary: "its secret"),
                    SettingDescriptor(
                        "private_key", .reference, summary: "or its key, as PEM"),
                    SettingDescriptor("key_id", .text, summary: "what Keycloak calls that key"),
                    SettingDescriptor(
                        "realm", .text, summary: "its realm; the client's realm if left out"),
                ]), required: true,
                summary: "who administers: client_id with client_secret or private_key"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let realm = try settings.requiredText("realm")
        let ownIssuer = Self.issuer(url, realm)
        let issuer = try settings.address("issuer") ?? ownIssuer
        let endpoint =
            try settings.address("token_endpoint") ?? "\(issuer)/protocol/openid-connect/token"
        let caFile = try settings.caFile()
        let admin = try settings.requiredGroup("admin")
        let login = try await Self.login(
            admin, at: Self.issuer(url, try admin.text("realm") ?? realm), caFile, parts)
        self.init(
            api: KeycloakAPI(
                admin: AdminAPI(
                    address: url, caFile: caFile, login: login, http: parts.http,
                    words: KeycloakAPI.words), realm: realm, clientID: plan.clientID.rawValue),
            probe: try TokenProbe(
                settings, plan, parts, at: endpoint,
                // With 400, unauthorized_client means that the grant isn't allowed.
                isRefusal: { $0 == 401 && $1 == "unauthorized_client" }),
            issuer: issuer, now: parts.now,
            readsEvents: try settings.boolean("login_events", default: true))
    }

    private static func issuer(_ url: String, _ realm: String) -> String {
        "\(url)/realms/\(URLPart.segment(realm))"
    }

    private static func login(
        _ admin: Settings, at issuer: String, _ caFile: String?, _ parts: ServerParts
    ) async throws(AdapterError) -> AdminLogin {
        let clientID = try admin.requiredText("client_id")
        let endpoint = TokenEndpoint(
            url: "\(issuer)/protocol/openid-connect/token", caFile: caFile)
        let authentication: ClientAuthentication
        let reference: SecretReference
        if let secret = try admin.reference("client_secret") {
            guard try admin.text("private_key") == nil else {
                throw admin.invalid("client_secret", "and private_key exclude each other")
            }
            reference = secret
            authentication = try await parts.resolver.resolve(secret, for: "keycloak")
                .withPlaintext { .basic(id: clientID, secret: $0) }
        } else {
            reference = try admin.requiredReference("private_key")
            authentication = .privateKeyJWT(try await parts.key(reference, of: clientID, admin))
        }
        return AdminLogin(
            adapter: "keycloak", proof: .tokens(parts.tokens, endpoint, authentication),
            findings: parts.resolver.findings(about: [reference], for: "keycloak"))
    }
}
