/// Requests of the running minute, the way Okta counts them.
struct RateWindow: Sendable {
    private var start: Milliseconds = 0
    private var used = 0

    /// What the three `X-Rate-Limit-*` headers say.
    struct Reading: Sendable {
        let limit: Int
        let remaining: Int
        /// Epoch seconds at which the window starts anew.
        let reset: Int64
        let isOver: Bool
    }

    mutating func count(limit: Int, at now: Milliseconds) -> Reading {
        if now - start >= 60_000 {
            start = now
            used = 0
        }
        used += 1
        return Reading(
            limit: limit, remaining: max(0, limit - used), reset: start.seconds + 60,
            isOver: used > limit)
    }
}
