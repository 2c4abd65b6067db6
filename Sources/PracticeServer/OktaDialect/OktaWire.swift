/// Okta's secret object, with the links that its status allows.
struct OktaSecretWire: Encodable {
    struct Link: Encodable {
        struct Hints: Encodable { let allow: [String] }

        let href: String
        let hints: Hints

        init(_ href: String, _ method: String) {
            self.href = href
            self.hints = Hints(allow: [method])
        }
    }

    let id: String
    let status: String
    let clientSecret: String
    let secretHash: String
    let created: String
    let lastUpdated: String
    let links: [String: Link]

    private enum CodingKeys: String, CodingKey {
        case id, status, created, lastUpdated
        case clientSecret = "client_secret"
        case secretHash = "secret_hash"
        case links = "_links"
    }

    /// `base` is the address of what it is a secret of; `shown` is the value, or what is shown
    /// in its place.
    init(_ secret: PracticeSecret, shown: String, below base: String) {
        let href = "\(base)/credentials/secrets/\(secret.id)"
        id = secret.id
        status = secret.status.rawValue
        clientSecret = shown
        secretHash = secret.digest.oktaHash
        created = secret.created.iso8601
        lastUpdated = secret.lastUpdated.iso8601
        links =
            switch secret.status {
            case .active: ["deactivate": Link("\(href)/lifecycle/deactivate", "POST")]
            case .inactive:
                [
                    "activate": Link("\(href)/lifecycle/activate", "POST"),
                    "delete": Link(href, "DELETE"),
                ]
            }
    }
}

/// The part of Okta's app object that matters here.
struct OktaAppWire: Encodable {
    struct Credentials: Encodable {
        struct OAuthClient: Encodable {
            let autoKeyRotation = true
            let clientID: String
            let tokenEndpointAuthMethod: String

            private enum CodingKeys: String, CodingKey {
                case autoKeyRotation
                case clientID = "client_id"
                case tokenEndpointAuthMethod = "token_endpoint_auth_method"
            }
        }

        let oauthClient: OAuthClient
    }

    let id: String
    let name = "oidc_client"
    let label: String
    let status: String
    let created: String
    let lastUpdated: String
    let signOnMode = "OPENID_CONNECT"
    let credentials: Credentials

    init(_ client: PracticeClient) {
        id = client.internalID
        label = client.clientID
        status = client.isEnabled ? "ACTIVE" : "INACTIVE"
        created = client.created.iso8601
        lastUpdated = client.created.iso8601
        credentials = Credentials(
            oauthClient: .init(
                clientID: client.clientID, tokenEndpointAuthMethod: client.authMethod.rawValue))
    }
}
