/// The practice server as a process of its own.
public struct PracticeServerProcess: Sendable {
    /// Which vendor's admin API a client is administered by.
    public enum Dialect: String, Sendable, CaseIterable {
        /// Okta's.
        case okta
        /// Keycloak's.
        case keycloak
        /// Microsoft Graph's.
        case entra
        /// Logto's.
        case logto
        /// Cloud Foundry UAA's.
        case uaa
        /// Ory Hydra's.
        case hydra
        /// Gravitee AM's.
        case gravitee
        /// Google IAM's.
        case google
        /// Amazon Cognito's.
        case cognito
        /// The API service integrations of an Okta org.
        case oktaAPIService = "okta-api-service"
        /// PingFederate's.
        case pingfederate
        /// PingOne's.
        case pingone
        /// Salesforce's.
        case salesforce
        /// WSO2 Identity Server's.
        case wso2
        /// Auth0's.
        case auth0
        /// GitLab's.
        case gitlab
        /// authentik's.
        case authentik
        /// Zitadel's.
        case zitadel
        /// Authlete's.
        case authlete
        /// buntubi's.
        case buntubi
        /// Glewlwyd's.
        case glewlwyd
        /// LemonLDAP::NG's.
        case lemonldap
        /// What RFC 7592 says, and no vendor.
        case rfc7592

        /// One for each shape of server, for what takes long: a list, and two slots.
        public static let golden = [Dialect.okta, .keycloak]
        /// Those that never give their newest secret up.
        public static let oneWay = [Dialect.pingone, .wso2, .buntubi]
        /// Those with one secret for each client, of the caller's choice.
        public static let chosen = [Dialect.auth0, .authentik, .authlete, .glewlwyd, .lemonldap]
        /// Those with one secret for each client, which creating replaces.
        public static let single = chosen + [.gitlab, .rfc7592, .zitadel]
        /// Those where each secret has a client_id of its own.
        public static let paired = [Dialect.salesforce]
        /// Those where an old and a new secret are accepted at the same time.
        public static let overlapping = allCases.filter { !(single + paired).contains($0) }
        /// Those of them that give a new secret up again.
        public static let twoWay = overlapping.filter { !oneWay.contains($0) }
    }

    /// A server that didn't get ready.
    public struct NotReady: Error, CustomStringConvertible {
        /// What it said.
        public let description: String
    }

    /// The `NAME=value` lines that it printed, among them its admin credentials.
    public let values: [String: String]
    /// The process.
    public let process: SpawnedProcess
    let http: LoopbackHTTP

    /// Starts a server that ends with the workbench.
    ///
    /// `environment` may name the admin credentials: `PRACTICE_OKTA_API_TOKEN`,
    /// `PRACTICE_KEYCLOAK_ADMIN_SECRET`, `PRACTICE_KEY`.
    public static func start(
        on bench: Workbench, environment: [String: String] = [:]
    ) async throws -> PracticeServerProcess {
        let process = try bench.spawn(
            "practice-server", Binaries.path("practice-server"), ["serve"],
            environment: environment)
        var values: [String: String] = [:]
        let isReady = try await eventually(within: .seconds(30)) {
            values = Self.values(in: try TextFile.read(process.outputPath))
            return values["PRACTICE_PID"] != nil || process.ending != nil
        }
        guard isReady, let url = values["PRACTICE_URL"] else {
            throw NotReady(description: (try? TextFile.read(process.errorPath)) ?? "")
        }
        return PracticeServerProcess(values: values, process: process, http: try LoopbackHTTP(url))
    }

    /// The scope that a dialect can't be asked without.
    static func scope(_ dialect: Dialect) -> String? {
        switch dialect {
        case .entra: "https://graph.microsoft.com/.default"
        case .oktaAPIService: "read"
        case .zitadel: "openid"
        case .glewlwyd: "read"
        default: nil
        }
    }

    static func values(in text: String) -> [String: String] {
        var values: [String: String] = [:]
        // A last line without its end may be cut.
        guard let end = text.lastIndex(of: "\n") else { return [:] }
        for line in text[..<end].split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        return values
    }

    /// Ends it before the workbench does.
    public func stop() async { await process.end() }

    /// A value that it printed, or nothing.
    public subscript(_ name: String) -> String { values[name] ?? "" }

    /// What the plans' `env:` references to admin credentials need.
    public var adminSecrets: [String: String] {
        values.filter { Self.isAdminSecret($0.key) }
    }

    private static func isAdminSecret(_ name: String) -> Bool {
        [
            "_ADMIN_CLIENT_SECRET", "_ADMIN_PASSWORD", "_TOKEN", "_ACCESS_KEY_ID",
            "_SECRET_ACCESS_KEY",
        ].contains { name.hasSuffix($0) }
    }

    /// Its base URL.
    public var url: String { self["PRACTICE_URL"] }

    /// The token endpoint of a dialect.
    public func tokenURL(_ dialect: Dialect) -> String {
        switch dialect {
        case .okta: self["OKTA_TOKEN_URL"]
        case .keycloak: self["KEYCLOAK_TOKEN_URL"]
        case .entra: "\(self["ENTRA_AUTHORITY"])/\(self["ENTRA_TENANT"])/oauth2/v2.0/token"
        case .logto: "\(self["LOGTO_URL"])/oidc/token"
        case .uaa: "\(self["UAA_URL"])/oauth/token"
        case .hydra: "\(self["HYDRA_URL"])/oauth2/token"
        case .gravitee: "\(self["GRAVITEE_GATEWAY"])/oauth/token"
        case .google: self["GOOGLE_TOKEN_ENDPOINT"]
        case .cognito: "\(self["COGNITO_DOMAIN"])/oauth2/token"
        case .glewlwyd: "\(self["GLEWLWYD_URL"])/oidc/token"
        case .lemonldap: "\(self["LEMONLDAP_URL"])/oauth2/token"
        case .rfc7592: "\(self["RFC7592_URL"])/token"
        case .wso2: "\(self["WSO2_URL"])/t/\(self["WSO2_TENANT"])/oauth2/token"
        case .authlete: self["AUTHLETE_TOKEN_ENDPOINT"]
        case .zitadel: "\(self["ZITADEL_URL"])/oauth/v2/token"
        case .authentik: "\(self["AUTHENTIK_URL"])/application/o/token/"
        case .gitlab: "\(self["GITLAB_URL"])/oauth/token"
        case .auth0: "\(self["AUTH0_URL"])/oauth/token"
        case .oktaAPIService: "\(self["OKTA_API_SERVICE_URL"])/oauth2/v1/token"
        case .pingfederate: "\(self["PINGFEDERATE_ISSUER"])/as/token.oauth2"
        case .buntubi: "\(self["BUNTUBI_URL"])/oauth/token"
        case .salesforce: "\(self["SALESFORCE_URL"])/services/oauth2/token"
        case .pingone: "\(self["PINGONE_AUTH"])/\(self["PINGONE_ENVIRONMENT"])/as/token"
        }
    }
}
