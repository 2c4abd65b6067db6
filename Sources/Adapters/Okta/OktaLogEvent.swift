import RotationCore

/// One event of Okta's System Log about a token request.
struct OktaLogEvent: Decodable {
    let eventType: String?
    let published: String?
    let outcome: Outcome?
    let client: Client?
    let actor: Actor?

    struct Outcome: Decodable {
        let result: String?
        let reason: String?
    }

    struct Client: Decodable {
        let ipAddress: String?
        let userAgent: UserAgent?
    }

    struct UserAgent: Decodable {
        let rawUserAgent: String?
    }

    struct Actor: Decodable {
        let displayName: String?
    }

    /// Wrong secrets several times in a row; Okta says so from the fifth on.
    static let repeated = "app.oauth2.invalid_client_credentials"

    /// Of the org's server and of the custom ones.
    static let types = [
        "app.oauth2.token.grant", "app.oauth2.token.grant.access_token",
        "app.oauth2.as.token.grant", "app.oauth2.as.token.grant.access_token", repeated,
    ]

    /// nil where it is about something else than the secret.
    var presentation: Presentation? {
        guard let at = published.flatMap(Instant.init(rfc3339:)), let result else { return nil }
        return Presentation(
            at: at, outcome: result, address: client?.ipAddress,
            userAgent: client?.userAgent?.rawUserAgent, application: actor?.displayName)
    }

    private var result: AuthenticationResult? {
        if eventType == Self.repeated { return .refused(code: "invalid_client") }
        switch outcome?.result {
        case "SUCCESS": return .accepted
        case "FAILURE":
            // A missing scope or policy fails as well, behind a secret that is good.
            guard let reason = outcome?.reason, reason.lowercased().contains("invalid_client")
            else { return nil }
            return .refused(code: "invalid_client")
        default: return nil
        }
    }
}
