import Hummingbird

/// Who asks the practised Barbican.
struct BarbicanCaller: Sendable, Hashable {
    let user: String
    let role: String
    /// Whether rules of access let no more through than a rotation needs.
    let isRestricted: Bool

    static let member = BarbicanCaller(user: "u-member", role: "member", isRestricted: false)
    /// An application credential with the rules of the adapter's page.
    static let least = BarbicanCaller(user: "u-least", role: "member", isRestricted: true)
    /// Somebody without the role that Barbican asks for.
    static let reader = BarbicanCaller(user: "u-reader", role: "reader", isRestricted: false)

    /// The token of ``reader``.
    static let readerToken = "practice-reader"

    /// Nil where the token isn't good, or is for other calls.
    init?(_ request: Request, _ practice: Practice) {
        guard let token = request.headers[named: "X-Auth-Token"] else { return nil }
        let found: BarbicanCaller
        switch token {
        case practice.credentials.adminToken: found = .member
        case practice.credentials.leastToken: found = .least
        case Self.readerToken: found = .reader
        default:
            let session = practice.withState { state in
                state.keystoneSessions[token].flatMap { $0.end > state.now ? $0 : nil }
            }
            guard let session else { return nil }
            found = session.caller
        }
        guard !found.isRestricted || Self.isLeast(request) else { return nil }
        self = found
    }

    private init(user: String, role: String, isRestricted: Bool) {
        (self.user, self.role, self.isRestricted) = (user, role, isRestricted)
    }

    private static func isLeast(_ request: Request) -> Bool {
        let path = request.uri.path.dropFirst(BarbicanService.mount.count)
        switch request.method {
        case .get:
            return ["/v1/secrets", "/v1/quotas"].contains(path) || path.hasPrefix("/v1/secrets/")
        case .post: return path == "/v1/secrets"
        default: return false
        }
    }
}
