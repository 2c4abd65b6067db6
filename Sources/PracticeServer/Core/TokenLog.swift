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

    mutating func clear() { self = TokenLog() }
}
