import ClientCredentials
import Foundation

/// How many call, and how long the endpoint is down.
struct LoadSettings {
    /// `HOLDOVER_LOAD_CALLERS`: how many call at the same time, else 1 000.
    let callers: Int
    /// `HOLDOVER_LOAD_PAUSE_MS`: between two calls of one of them, on average, else 50.
    let pause: Duration
    /// `HOLDOVER_LOAD_OUTAGE_S`: how many seconds the endpoint is down, else 60.
    let outage: Int
    /// Which part of the token requests fails while it is up.
    let failing = 0.2

    init() {
        let environment = ProcessInfo.processInfo.environment
        func number(_ name: String, else standard: Int) -> Int {
            environment["HOLDOVER_LOAD_\(name)"].flatMap { Int($0) } ?? standard
        }
        callers = max(1, number("CALLERS", else: 1_000))
        pause = .milliseconds(max(1, number("PAUSE_MS", else: 50)))
        outage = max(1, number("OUTAGE_S", else: 60))
    }

    /// The usual one for an outage of a minute; for a shorter one, the breaker's pauses are
    /// shorter by as much.
    var policy: TokenPolicy {
        var policy = TokenPolicy()
        let scale = min(1, Double(outage) / 60)
        policy.breaker.pause = policy.breaker.pause * scale
        policy.breaker.cap = policy.breaker.cap * scale
        return policy
    }

    /// Seconds that a token is good for: so short that many are needed.
    var shortLife: Int { 4 }
    /// So long that one outlives the outage, and what comes behind it.
    var longLife: Int { outage * 2 + 20 }
    /// So long that a request isn't over when it ends.
    var hangingLife: Int { 20 }
    /// So short that it ends in the outage.
    var endingLife: Int { max(2, outage / 3) }
}
