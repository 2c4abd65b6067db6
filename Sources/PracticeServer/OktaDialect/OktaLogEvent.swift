/// One event of the System Log, from the description of `LogEvent` in
/// `okta-management-openapi-spec` 2026.06.3.
struct OktaLogEvent: Encodable {
    struct Actor: Encodable {
        let id: String
        let type = "PublicClientApp"
        let alternateId: String
        let displayName: String
    }

    struct Client: Encodable {
        struct UserAgent: Encodable {
            let rawUserAgent: String?
            let os = "Unknown"
            let browser = "UNKNOWN"
        }

        let userAgent: UserAgent
        let zone = "null"
        let device = "Unknown"
        let id: String?
        let ipAddress: String?
    }

    /// What a real event has besides: some kilobytes, most of it about risk.
    struct DebugContext: Encodable {
        let debugData = [
            "requestUri": "/oauth2/default/v1/token", "url": "/oauth2/default/v1/token?",
            "grantType": "client_credentials", "threatSuspected": "false",
            "logOnlySecurityData": String(
                repeating:
                    #"{"risk":{"level":"LOW"},"behaviors":{"New Geo-Location":"NEGATIVE"}},"#,
                count: 40),
        ]
    }

    struct Outcome: Encodable {
        let result: String
        let reason: String?
    }

    let uuid: String
    let published: String
    let eventType: String
    let version = "0"
    let severity: String
    let displayMessage: String
    let actor: Actor
    let client: Client
    let outcome: Outcome
    let debugContext = DebugContext()

    /// The time that it is sorted by.
    let time: Milliseconds

    private enum CodingKeys: String, CodingKey {
        case uuid, published, eventType, version, severity, displayMessage, actor, client, outcome
        case debugContext
    }

    private init(_ entry: TokenLogEntry, _ type: String, _ message: String, _ reason: String?) {
        uuid = "0000-\(entry.sequence)-\(type)"
        published = entry.time.iso8601
        time = entry.time
        eventType = type
        severity = reason == nil ? "INFO" : "WARN"
        displayMessage = message
        let id = entry.owner.clientID
        actor = Actor(id: id, alternateId: id, displayName: id)
        client = Client(
            userAgent: .init(rawUserAgent: entry.caller.userAgent), id: nil,
            ipAddress: entry.caller.address)
        outcome = Outcome(result: reason == nil ? "SUCCESS" : "FAILURE", reason: reason)
    }

    /// What Okta logs of these requests: each token, and wrong secrets only at every fifth in a
    /// row; a token between them begins the count anew.
    static func events(of told: ToldRequests, prefix: String, eachRefusal: Bool) -> [OktaLogEvent] {
        var wrong: [String: Int] = [:]
        return told.entries.flatMap { entry -> [OktaLogEvent] in
            guard entry.isAccepted else {
                guard entry.secretID != nil || entry.digest != nil else { return [] }
                let count = wrong[entry.owner.clientID, default: 0] + 1
                wrong[entry.owner.clientID] = count
                let single = OktaLogEvent(
                    entry, "\(prefix).token.grant", "OAuth2 token request", "invalid_client")
                let repeated = OktaLogEvent(
                    entry, "app.oauth2.invalid_client_credentials",
                    "Multiple requests with invalid client credentials for client id",
                    "invalid_client")
                return (eachRefusal ? [single] : []) + (count % 5 == 0 ? [repeated] : [])
            }
            wrong[entry.owner.clientID] = 0
            guard entry.error == nil else {
                return [
                    OktaLogEvent(
                        entry, "\(prefix).token.grant", "OAuth2 token request",
                        "no_matching_scope")
                ]
            }
            return [
                OktaLogEvent(
                    entry, "\(prefix).token.grant.access_token", "OAuth2 access token is granted",
                    nil)
            ]
        }
    }
}
