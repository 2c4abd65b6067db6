import RotationCore

/// What in an Okta org a secret is of; the calls about it are the same below another path.
enum OktaKind: Sendable {
    case application
    case apiService

    /// The adapter's name.
    var type: String {
        switch self {
        case .application: "okta"
        case .apiService: "okta-api-service"
        }
    }

    var capabilities: ServerCapabilities {
        ServerCapabilities(
            shape: .list, limit: 2, origin: self == .application ? .client : .server,
            recognition: .value, canDisable: true, propagation: .minutes(2),
            events: .repeated, eventLag: OktaLog.lag)
    }

    var path: String {
        switch self {
        case .application: "/api/v1/apps"
        case .apiService: "/integrations/api/v1/api-services"
        }
    }

    var manageScope: String { "\(rights).manage" }
    /// What reading the log needs, in a login of its own: a rotation does without.
    static let logScope = "okta.logs.read"
    var readScope: String { "\(rights).read" }

    /// What reading a client's grants needs, in a login of its own.
    var grantScope: String {
        switch self {
        case .application: "okta.appGrants.read"
        case .apiService: readScope
        }
    }

    private var rights: String {
        switch self {
        case .application: "okta.apps"
        case .apiService: "okta.oauthIntegrations"
        }
    }
}
