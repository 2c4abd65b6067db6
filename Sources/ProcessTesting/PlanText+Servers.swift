extension PlanText {
    /// The lines below `server:` for a client of a dialect.
    static func lines(
        _ dialect: PracticeServerProcess.Dialect, _ client: String, _ server: PracticeServerProcess
    ) -> [String] {
        ["type: \(dialect.rawValue)"] + addresses(dialect).map { "\($0): \(server[$1])" }
            + more(dialect, client, server) + [admin(dialect, server)].compactMap { $0 }
    }

    /// Settings, and the names that the server announces their values by.
    private static func addresses(_ dialect: PracticeServerProcess.Dialect) -> [(String, String)] {
        switch dialect {
        case .okta:
            [
                ("url", "PRACTICE_URL"), ("issuer", "OKTA_ISSUER"),
                ("token_endpoint", "OKTA_TOKEN_URL"),
            ]
        case .keycloak: [("url", "PRACTICE_URL"), ("realm", "KEYCLOAK_REALM")]
        case .entra:
            [("url", "ENTRA_URL"), ("authority", "ENTRA_AUTHORITY"), ("tenant", "ENTRA_TENANT")]
        case .logto: [("url", "LOGTO_URL")]
        case .uaa: [("url", "UAA_URL")]
        case .hydra: [("url", "HYDRA_URL"), ("issuer", "HYDRA_URL")]
        case .gravitee:
            [
                ("url", "GRAVITEE_URL"), ("gateway", "GRAVITEE_GATEWAY"),
                ("domain", "GRAVITEE_DOMAIN"),
            ]
        case .google:
            [
                ("url", "GOOGLE_URL"), ("project", "GOOGLE_PROJECT"),
                ("redirect_uri", "GOOGLE_REDIRECT_URI"),
                ("token_endpoint", "GOOGLE_TOKEN_ENDPOINT"),
            ]
        case .cognito:
            [
                ("user_pool", "COGNITO_USER_POOL"), ("domain", "COGNITO_DOMAIN"),
                ("url", "COGNITO_URL"),
            ]
        case .oktaAPIService: [("url", "OKTA_API_SERVICE_URL")]
        case .pingfederate: [("url", "PINGFEDERATE_URL"), ("issuer", "PINGFEDERATE_ISSUER")]
        case .pingone:
            [
                ("url", "PINGONE_URL"), ("auth", "PINGONE_AUTH"),
                ("environment", "PINGONE_ENVIRONMENT"),
            ]
        case .salesforce: [("url", "SALESFORCE_URL")]
        case .wso2: [("url", "WSO2_URL"), ("tenant", "WSO2_TENANT")]
        case .authlete:
            [
                ("url", "AUTHLETE_URL"), ("service", "AUTHLETE_SERVICE"),
                ("token_endpoint", "AUTHLETE_TOKEN_ENDPOINT"),
            ]
        case .zitadel: [("url", "ZITADEL_URL")]
        case .authentik: [("url", "AUTHENTIK_URL")]
        case .gitlab: [("url", "GITLAB_URL")]
        case .auth0: [("url", "AUTH0_URL"), ("audience", "AUTH0_AUDIENCE")]
        case .buntubi: [("url", "BUNTUBI_URL")]
        case .glewlwyd: [("url", "GLEWLWYD_URL")]
        case .lemonldap: [("url", "LEMONLDAP_URL"), ("issuer", "LEMONLDAP_URL")]
        case .rfc7592: [("issuer", "RFC7592_URL")]
        }
    }

    private static func more(
        _ dialect: PracticeServerProcess.Dialect, _ client: String, _ server: PracticeServerProcess
    ) -> [String] {
        switch dialect {
        // As long as the tokens of the tests live.
        case .uaa: ["token_lifetime: 100ms"]
        case .gravitee: ["application: \(client)"]
        case .google: ["oauth_client: \(client)"]
        case .salesforce: ["app_id: \(client)"]
        case .auth0: ["token_endpoint_auth_method: client_secret_basic"]
        case .oktaAPIService: ["scope: read"]
        case .glewlwyd: ["scope: read"]
        case .rfc7592:
            [
                "url: \(server["RFC7592_URL"])/register/{client_id}",
                "token_endpoint: \(server["RFC7592_URL"])/token", "rotates_on_update: true",
                "keeps_registration_token: true",
                // The practice server's clients are named as they are inside of it.
                #"registration_token: "exec:/bin/echo {client_id}""#,
            ]
        default: []
        }
    }

    private static func admin(
        _ dialect: PracticeServerProcess.Dialect, _ server: PracticeServerProcess
    ) -> String? {
        switch dialect {
        case .hydra, .lemonldap, .rfc7592: return nil
        case .glewlwyd: return #"admin: {token: "env:GLEWLWYD_TOKEN"}"#
        case .okta, .oktaAPIService: return #"admin: {token: "env:OKTA_API_TOKEN"}"#
        case .pingfederate:
            return "admin: {user: \(server["PINGFEDERATE_ADMIN_USER"]), "
                + #"password: "env:PINGFEDERATE_ADMIN_PASSWORD"}"#
        case .gravitee: return #"admin: {token: "env:GRAVITEE_TOKEN"}"#
        case .authlete: return #"admin: {token: "env:AUTHLETE_TOKEN"}"#
        case .zitadel: return #"admin: {token: "env:ZITADEL_TOKEN"}"#
        case .authentik: return #"admin: {token: "env:AUTHENTIK_TOKEN"}"#
        case .gitlab: return #"admin: {token: "env:GITLAB_TOKEN"}"#
        case .buntubi: return #"admin: {token: "env:BUNTUBI_TOKEN"}"#
        case .google: return #"admin: {token: "env:GOOGLE_ADMIN_TOKEN"}"#
        case .cognito:
            return #"admin: {access_key_id: "env:COGNITO_ACCESS_KEY_ID", "#
                + #"secret_access_key: "env:COGNITO_SECRET_ACCESS_KEY"}"#
        case .keycloak, .entra, .logto, .uaa, .pingone, .salesforce, .wso2, .auth0:
            let name = dialect.rawValue.uppercased()
            return "admin: {client_id: \(server["\(name)_ADMIN_CLIENT_ID"]), "
                + "client_secret: \"env:\(name)_ADMIN_CLIENT_SECRET\"}"
        }
    }
}
