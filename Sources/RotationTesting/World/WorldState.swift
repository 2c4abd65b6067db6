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
}

/// A store of the world: one value and how often it was written.
struct WorldStore: Sendable {
    var value: String
    var version = 1
}

/// A consumer of the world: the value it holds in memory, and when it reads again.
struct WorldConsumer: Sendable {
    let store: Int
    let habit: World.Habit
    var value: String
    var loadedAt: Int64
}

/// Everything that is outside of the engine, in memory.
struct WorldState: Sendable {
    var now: Int64 = 1_700_000_000_000
    var calls = 0
    var trace: [Call] = []
    var schedule: [Int: Fault]
    var isCrashed = false
    var secrets: [WorldSecret]
    var stores: [WorldStore]
    var consumers: [WorldConsumer]
    var made = 0
    var violations: [String] = []
    var randomState: UInt64 = 0x9E37_79B9_7F4A_7C15

    func accepts(_ value: String) -> Bool {
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
        }
    }

    /// Invariant 1: what a store holds, and what a consumer presents, is accepted at every instant.
    mutating func check(after call: Call) {
        for (index, store) in stores.enumerated() where !accepts(store.value) {
            violations.append("call \(calls) \(call): store \(index) holds a refused secret")
        }
        for (index, consumer) in consumers.enumerated() where !accepts(consumer.value) {
            violations.append("call \(calls) \(call): consumer \(index) is locked out")
        }
    }
}
