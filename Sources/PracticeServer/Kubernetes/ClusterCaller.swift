import Hummingbird

/// Who asks the practised cluster, and what a Role lets them do.
struct ClusterCaller: Sendable {
    let user: String
    private let verbs: Set<String>

    private static let anonymous = "system:anonymous"
    /// A token that may read, and nothing else.
    static let reader = "practice-reader"

    init(_ request: Request, _ credentials: PracticeCredentials) throws(ClusterStatus) {
        switch request.headers[.authorization] {
        case nil: (user, verbs) = (Self.anonymous, [])
        case "Bearer \(credentials.adminToken)":
            (user, verbs) = ("admin", ["get", "create", "update", "patch", "delete"])
        case "Bearer \(credentials.leastToken)": (user, verbs) = ("holdover", ["get", "patch"])
        case "Bearer \(Self.reader)": (user, verbs) = ("reader", ["get"])
        default: throw .unauthorized
        }
    }

    var isAnonymous: Bool { user == Self.anonymous }

    func may(_ verb: String) -> Bool { verbs.contains(verb) }

    func check(_ verb: String, _ path: ClusterPath) throws(ClusterStatus) {
        guard may(verb) else { throw .forbidden(user, verb, path) }
    }
}
