import RotationCore

/// One secret at the world's authorization server.
struct WorldSecret: Sendable {
    enum Owner: Sendable { case original, ours, foreign }
    let id: CredentialID
    let value: String
    let owner: Owner
    var isEnabled = true
    var label: String?
    /// From when the token endpoint takes it.
    var acceptedFrom: Int64 = 0
    /// From when the list shows it.
    var listedFrom: Int64 = 0
    /// Until when the server takes it; never where nil.
    var expiresAt: Int64?
}

/// A store of the world: one value and how often it was written.
struct WorldStore: Sendable {
    var value: String
    var version = 1
    /// The call that last read it for us, and the one before which somebody else wrote it.
    var seenAt = 0
    var changedAt = 0
}

/// A consumer of the world: the value it holds in memory, and when it reads again.
struct WorldConsumer: Sendable {
    let store: Int
    let habit: World.Habit
    var value: String
    var loadedAt: Int64
    /// The call that last asked it, and the one before which somebody turned it back.
    var seenAt = 0
    var changedAt = 0
}

/// What a server, its stores and nothing else were like before their last change.
struct WorldPast: Sendable {
    var secrets: [WorldSecret]
    var stores: [WorldStore]
}

/// Everything that is outside of the engine, in memory.
struct WorldState: Sendable {
    /// True time, in milliseconds.
    var now: Int64 = 1_700_000_000_000
    /// How far the machine's wall clock is off.
    var skew: Int64 = 0
    var calls = 0
    var trace: [Call] = []
    var schedule: [Int: Fault]
    var deeds: [Int: Deed] = [:]
    var past: WorldPast?
    /// What happened, a line each, where somebody wants to read it.
    var lines: [String]?
    var isCrashed = false
    var secrets: [WorldSecret]
    var stores: [WorldStore]
    var consumers: [WorldConsumer]
    var made = 0
    /// How many creations a proxy sent again.
    var repetitions = 0
    var violations: [String] = []
    var randomState: UInt64 = 0x9E37_79B9_7F4A_7C15

    func accepts(_ value: String) -> Bool {
        secrets.contains { secret in
            secret.value == value && secret.isEnabled && secret.acceptedFrom <= now
                && secret.expiresAt ?? .max > now
        }
    }

    /// Whether the value is one that nobody has taken away: a server that lets a secret expire does
    /// that to its own users.
    private func isHonoured(_ value: String) -> Bool {
        secrets.contains { $0.value == value && $0.isEnabled && $0.acceptedFrom <= now }
    }

    /// Consumers that watch have read before anything else happens; others when their time comes.
    mutating func letConsumersRead(hookRan: Bool = false) {
        for index in consumers.indices {
            let consumer = consumers[index]
            let isTime =
                switch consumer.habit {
                case .watch: true
                case .interval(let span): now - consumer.loadedAt >= span.milliseconds
                case .hook: hookRan
                }
            guard isTime else { continue }
            consumers[index].value = stores[consumer.store].value
            consumers[index].loadedAt = now
            consumers[index].changedAt = max(consumer.changedAt, stores[consumer.store].changedAt)
        }
    }

    /// Invariant 1: what a store holds, and what a consumer presents, is accepted at every instant.
    ///
    /// But for what somebody else did after we last looked: that nobody can know.
    mutating func check(after call: Call) {
        for (index, store) in stores.enumerated()
        where !isHonoured(store.value) && store.changedAt <= store.seenAt {
            violations.append("call \(calls) \(call): store \(index) holds a refused secret")
        }
        for (index, consumer) in consumers.enumerated()
        where !isHonoured(consumer.value) && consumer.changedAt <= consumer.seenAt {
            violations.append("call \(calls) \(call): consumer \(index) is locked out")
        }
    }

    /// Lets a read see the world as it was before its last change.
    mutating func inThePast<Result>(
        _ look: (inout WorldState) throws(AdapterError) -> Result
    ) throws(AdapterError) -> Result {
        guard let past else { return try look(&self) }
        let present = WorldPast(secrets: secrets, stores: stores)
        (secrets, stores) = (past.secrets, past.stores)
        defer { (secrets, stores) = (present.secrets, present.stores) }
        return try look(&self)
    }
}
