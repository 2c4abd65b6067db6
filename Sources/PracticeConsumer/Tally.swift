/// What a consumer counts, as `--stats` shows it.
struct Tally: Sendable, Encodable {
    /// The consumer's name.
    let name: String
    /// Token requests that ended, in whatever way.
    var requests = 0
    /// Answers that weren't a token: refused, malformed, 429, 5xx.
    var failed = 0
    /// How often the candidate got the token that the secret didn't.
    var seconds = 0
    /// Requests that couldn't be sent, since no server was there.
    var unreachable = 0
    /// Requests that were sent and cut off: a server that went away says nothing about a secret.
    var interrupted = 0
    /// How often the secret was read, the first time included.
    var reloads = 0
    /// How many secrets it has had: 1 until it first reads another one than before.
    var secrets = 0
    /// How often it couldn't be read; the consumer goes on with the one it has.
    var unreadable = 0
    /// What went wrong last, other than `unreachable`; empty where nothing did.
    var lastFailure = ""
}
