/// The authorization servers that the practice server plays.
enum Dialect: String, Sendable {
    case okta
    case keycloak

    /// The vendor's name.
    var words: String {
        switch self {
        case .okta: "Okta"
        case .keycloak: "Keycloak"
        }
    }

    /// How it keeps two secrets at a time.
    var strategy: String {
        switch self {
        case .okta:
            "Okta keeps two secrets: holdover adds one, and later disables and deletes the old."
        case .keycloak:
            "Keycloak's rotation policy moves the old secret aside, and accepts both for a while."
        }
    }

    /// The variable that the practice server announces its token endpoint in.
    var tokenEndpointVariable: String {
        switch self {
        case .okta: "OKTA_TOKEN_URL"
        case .keycloak: "KEYCLOAK_TOKEN_URL"
        }
    }

    /// The variable that holdover reads the admin credential from.
    var adminVariable: String {
        switch self {
        case .okta: "OKTA_API_TOKEN"
        case .keycloak: "KEYCLOAK_ADMIN_CLIENT_SECRET"
        }
    }

    /// What goes wrong at the server with DEMO_FAULTS=1.
    var faults: [PracticeFault] {
        switch self {
        case .okta:
            let secrets = "/api/v1/apps/.*/credentials/secrets"
            return [
                PracticeFault("lost_answer", "POST", secrets, "the answer to the create is lost"),
                PracticeFault(
                    "error_after_effect", "POST", "\(secrets)/.*/lifecycle/deactivate",
                    "the disable succeeds, but says 502", status: 502),
                PracticeFault(
                    "lost_answer", "DELETE", "\(secrets)/.*", "the answer to the delete is lost"),
            ]
        case .keycloak:
            let secret = "/admin/realms/practice/clients/.*/client-secret"
            return [
                PracticeFault(
                    "error_after_effect", "POST", secret, "the create succeeds, but says 503",
                    status: 503),
                PracticeFault(
                    "lost_answer", "DELETE", "\(secret)/rotated",
                    "the answer to the delete is lost"),
            ]
        }
    }

    /// When holdover is killed with DEMO_FAULTS=1.
    var kills: [KillMoment] {
        switch self {
        case .okta:
            [
                KillMoment(behind: "a second secret exists"),
                KillMoment(behind: "every store holds the new secret"),
                KillMoment(behind: "the old secret is refused"),
                KillMoment(behind: "watching:", after: .milliseconds(500)),
            ]
        case .keycloak:
            [
                KillMoment(behind: "the server accepts both", after: .milliseconds(40)),
                KillMoment(behind: "consumers were told"),
                KillMoment(behind: "the overlap is over", after: .milliseconds(20)),
                KillMoment(behind: "watching:", after: .milliseconds(500)),
            ]
        }
    }
}
