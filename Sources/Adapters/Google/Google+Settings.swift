import ClientCredentials
import RotationCore

extension Google {
    static let descriptor = AdapterDescriptor(
        type: "google", summary: "an OAuth client of Google IAM, for workforce identities",
        settings: [
            SettingDescriptor(
                "project", .text, required: true, summary: "the project's id or number"),
            SettingDescriptor(
                "oauth_client", .text, required: true,
                summary: "the id that the OAuth client has in its resource name"),
            SettingDescriptor(
                "redirect_uri", .text, required: true,
                summary: "one of the client's redirect URIs, to name when a secret is tried"),
            SettingDescriptor(
                "url", .url, summary: "IAM; https://iam.googleapis.com if left out"),
            SettingDescriptor(
                "token_endpoint", .url,
                summary: "where a secret is tried; https://sts.googleapis.com/v1/oauthtoken "
                    + "if left out"),
            .authMethod(),
            .caFile,
            SettingDescriptor(
                "admin",
                .group(ServerParts.googleSettings), required: true,
                summary: "who administers: key, token or metadata"),
        ],
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let project = try settings.requiredText("project")
        let client = try settings.requiredText("oauth_client")
        let redirectURI = try settings.requiredText("redirect_uri")
        let caFile = try settings.caFile()
        let admin = try settings.requiredGroup("admin")
        let url = try settings.address("url") ?? "https://iam.googleapis.com"
        let api = AdminAPI(
            address: url, caFile: caFile,
            login: try await parts.googleLogin(admin, at: url, caFile: caFile), http: parts.http,
            words: GoogleAPI.words)
        let endpoint = TokenEndpoint(
            url: try settings.address("token_endpoint")
                ?? "https://sts.googleapis.com/v1/oauthtoken",
            grant: .authorizationCode(Self.madeUpCode, redirectURI: redirectURI), caFile: caFile)
        self.init(
            api: GoogleAPI(
                admin: api,
                path: "/v1/projects/\(URLPart.segment(project))/locations/global/oauthClients/"
                    + URLPart.segment(client)),
            probe: TokenProbe(
                adapter: "google", endpoint: endpoint, clientID: plan.clientID.rawValue,
                method: try settings.choice("token_endpoint_auth_method", default: .basic),
                http: parts.http,
                isRefusal: { (400...401).contains($0) && $1 == "invalid_client" },
                // The code is refused, so the secret wasn't (RFC 6749 §4.1.3).
                isAcceptance: { $0 == 400 && $1 == "invalid_grant" }),
            redirectURI: redirectURI)
    }

    /// A code that nobody was given: the client serves people, and has no grant of its own.
    private static let madeUpCode = "holdover-asks-whether-the-secret-is-taken"
}
