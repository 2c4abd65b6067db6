import Hummingbird

/// Who asks the practised cluster, and what a Role lets them do.
struct ClusterCaller: Sendable {
    let user: String
    private let verbs: Set<String>
    /// What they may do with pods, where that is another thing.
    private let podVerbs: Set<String>

    private static let anonymous = "system:anonymous"
    /// A token that may read, and nothing else.
    static let reader = "practice-reader"

    init(_ request: Request, _ credentials: PracticeCredentials) throws(ClusterStatus) {
        switch request.headers[.authorization] {
        case nil: (user, verbs, podVerbs) = (Self.anonymous, [], [])
        case "Bearer \(credentials.adminToken)":
            let all: Set = ["get", "list", "create", "update", "patch", "delete"]
            (user, verbs, podVerbs) = ("admin", all, all)
        case "Bearer \(credentials.leastToken)":
            (user, verbs, podVerbs) = ("holdover", ["get", "patch"], ["list"])
        case "Bearer \(Self.reader)": (user, verbs, podVerbs) = ("reader", ["get"], [])
        default: throw .unauthorized
        }
    }

    var isAnonymous: Bool { user == Self.anonymous }

    func may(_ verb: String, _ resource: String) -> Bool {
        (resource == "pods" ? podVerbs : verbs).contains(verb)
    }

    func check(_ verb: String, _ path: ClusterPath) throws(ClusterStatus) {
        guard may(verb, path.resource) else { throw .forbidden(user, verb, path) }
    }
}
