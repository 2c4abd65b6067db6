/// Which secret each token request used: the newest entries, and counters of all.
struct TokenLog: Sendable {
    static let capacity = 65_536

    private var ring: [TokenLogEntry] = []
    private var next = 0
    private(set) var sequence: UInt64 = 0
    private(set) var counters: [TokenLogEntry.Owner: TokenCounters] = [:]

    mutating func append(_ entry: TokenLogEntry) {
        var entry = entry
        sequence += 1
        entry.sequence = sequence
        counters[entry.owner, default: TokenCounters()].count(entry)
        if ring.count < Self.capacity {
            ring.append(entry)
        } else {
            ring[next] = entry
            next = (next + 1) % Self.capacity
        }
    }

    /// Entries after `since`, oldest first.
    func entries(after since: UInt64) -> [TokenLogEntry] {
        (ring[next...] + ring[..<next]).filter { $0.sequence > since }
    }

    /// When a secret was last taken, up to `end`; nil where it wasn't, or too long ago.
    func lastUse(
        of secretID: String, by owner: TokenLogEntry.Owner, until end: Milliseconds = .max
    ) -> Milliseconds? {
        let isUse: (TokenLogEntry) -> Bool = {
            $0.isAccepted && $0.secretID == secretID && $0.owner == owner && $0.time <= end
        }
        // The newest stand before the place that is written next.
        return (ring[..<next].last(where: isUse) ?? ring[next...].last(where: isUse))?.time
    }

    mutating func clear() { self = TokenLog() }
}
