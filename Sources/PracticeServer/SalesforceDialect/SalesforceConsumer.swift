/// A consumer of an external client app: whose key is in force, and what is staged beside it.
struct SalesforceConsumer: Sendable {
    struct Staged: Sendable {
        enum State: String, Sendable {
            case active = "Active"
            case rotated = "Rotated"
        }

        let id: String
        let key: String
        let state: State
        let created: Milliseconds
        var end: Milliseconds { created + 30 * 86_400_000 }
    }

    let id: String
    var primary: String
    var staged: Staged?
}
