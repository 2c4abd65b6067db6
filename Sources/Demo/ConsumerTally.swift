/// What a practice consumer says of itself in its `--stats`.
struct ConsumerTally: Sendable, Decodable {
    var requests = 0
    /// Answers that weren't a token.
    var failed = 0
    var unreachable = 0
    var interrupted = 0
    /// How many secrets it has had: 2 once it has the new one.
    var secrets = 0
    var lastFailure = ""

    /// Requests that brought no token, for whatever reason.
    var missed: Int { failed + unreachable + interrupted }

    /// Which secret it uses.
    var secret: String {
        switch secrets {
        case 0: "none yet"
        case 1: "old"
        case 2: "new"
        default: "another one"
        }
    }
}
