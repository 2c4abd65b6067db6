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
    /// The client_id beside it, where that changes too.
    var client: ClientID?
    /// The second value, where there is a place for one.
    var candidate: String?
    /// Whether it can be read: a store of CI variables shows only that there is a value.
    var isShown = true
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
    var client: ClientID?
    /// What it tries where the value is refused.
    var candidate: String?
    var loadedAt: Int64
    /// The value with which it last got a token, and when: what it can report.
    var presented: String
    var presentedClient: ClientID?
    var presentedAt: Int64
    /// The call that last asked it, and the one before which somebody turned it back.
    var seenAt = 0
    var changedAt = 0
}

extension WorldConsumer {
    /// Gets a token where it needs one: at each moment, or when the one that it keeps is over;
    /// gives whether it did.
    fileprivate mutating func present(_ value: String, at now: Int64) -> Bool {
        if case .caching(let span) = habit, now - presentedAt < span.milliseconds { return false }
        (presented, presentedClient) = (value, client)
        presentedAt = habit.isCaching ? now : loadedAt
        return true
    }
}

extension World.Habit {
    fileprivate var isCaching: Bool {
        if case .caching = self { return true }
        return false
    }
}

/// What a server, its stores and nothing else were like before their last change.
struct WorldPast: Sendable {
    var secrets: [WorldSecret]
    var stores: [WorldStore]
}

/// What something between us and a target sits on.
struct LateCall: Sendable {
    /// When it gets there.
    let at: Int64
    let effect: @Sendable (inout WorldState) -> Void
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
    var late: [LateCall] = []
    /// What happened, a line each, where somebody wants to read it.
    var lines: [String]?
    var isCrashed = false
    var secrets: [WorldSecret]
    var stores: [WorldStore]
    var consumers: [WorldConsumer]
    /// When each value was last accepted, on the server's clock.
    var uses: [String: Int64] = [:]
    /// What the server's log tells of, where it has one, on its own clock.
    var presented: [Presentation] = []
    var hasLog = false
    var made = 0
    /// How long both secrets must have been accepted after the last write, in true time.
    var overlap: Int64 = 0
    var writtenAt: Int64 = 0
    /// Whether the plan allows that consumers are locked out until they have read the new secret.
    var allowsOutage = false
    /// Whether somebody else has changed anything.
    var isMeddled = false
    /// The call before which somebody took a secret away, and the one that last asked about any.
    var takenAt = 0
    var askedAt = 0
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

    /// What the server's telemetry and its log tell of from now on.
    mutating func note(useOf value: String, from address: String, by agent: String) {
        let isAccepted = accepts(value)
        if isAccepted { uses[value] = now }
        guard hasLog else { return }
        presented.append(
            Presentation(
                at: Instant(milliseconds: now),
                outcome: isAccepted ? .accepted : .refused(code: "invalid_client"),
                credential: isAccepted ? secrets.first { $0.value == value }?.id : nil,
                address: address, userAgent: agent))
    }

    /// With which of its two a consumer gets a token: the second where the first is refused.
    private func usable(of consumer: WorldConsumer) -> String {
        guard let candidate = consumer.candidate, !accepts(consumer.value), accepts(candidate)
        else { return consumer.value }
        return candidate
    }

    private func isHonoured(_ value: String, or candidate: String?, of client: ClientID?) -> Bool {
        isHonoured(value, of: client) || candidate.map { isHonoured($0, of: client) } ?? false
    }

    /// Whether the value is one that nobody has taken away: a server that lets a secret expire does
    /// that to its own users.
    private func isHonoured(_ value: String, of client: ClientID?) -> Bool {
        secrets.contains { secret in
            secret.value == value && secret.isEnabled && secret.acceptedFrom <= now
                && (client == nil || secret.id.rawValue == client?.rawValue)
        }
    }

    /// Consumers that watch have read before anything else happens; others when their time comes.
    ///
    /// They do it before the call with the number `call`, which is the present one.
    mutating func letConsumersRead(hookRan: Bool = false, before call: Int? = nil) {
        for index in consumers.indices {
            let consumer = consumers[index]
            let isTime =
                switch consumer.habit {
                case .watch, .caching: true
                case .interval(let span): now - consumer.loadedAt >= span.milliseconds
                case .hook: hookRan
                }
            defer {
                let value = usable(of: consumers[index])
                if consumers[index].present(value, at: now) {
                    note(useOf: value, from: "10.0.0.\(index)", by: "consumer/1")
                }
            }
            guard isTime else { continue }
            let store = stores[consumer.store]
            if consumer.value != store.value || consumer.candidate != store.candidate {
                // What somebody else wrote there is somebody else's doing here too.
                consumers[index].changedAt = store.changedAt == 0 ? 0 : call ?? calls
            }
            consumers[index].value = store.value
            consumers[index].client = store.client
            consumers[index].candidate = store.candidate
            consumers[index].loadedAt = now
        }
    }

    /// What was sat on gets to its target, where its time has come.
    mutating func letLateOnesArrive() {
        let due = late.filter { $0.at <= now }
        guard !due.isEmpty else { return }
        late.removeAll { $0.at <= now }
        let present = now
        for call in due {
            now = call.at
            call.effect(&self)
        }
        now = present
        check(after: .create, lockedBefore: nil)
    }

    /// Which stores and consumers hold something that the server refuses, by their names.
    func locked() -> Set<String> {
        var locked: Set<String> = []
        for (index, store) in stores.enumerated()
        where !isHonoured(store.value, or: store.candidate, of: store.client) {
            locked.insert("store \(index)")
        }
        for (index, consumer) in consumers.enumerated()
        where !isHonoured(consumer.value, or: consumer.candidate, of: consumer.client) {
            locked.insert("consumer \(index)")
        }
        return locked
    }

    /// Invariant 1: what a store holds, and what a consumer presents, is accepted at every instant.
    ///
    /// Where others have meddled it is what we did ourselves that counts: nothing that we had seen
    /// may be accepted before a call of ours and refused behind it.
    mutating func check(after call: Call, lockedBefore: Set<String>?) {
        if allowsOutage { return }
        for name in locked().subtracting(lockedBefore ?? []) where !isExcused(name) {
            violations.append("call \(calls) \(call): \(name) is locked out")
        }
    }

    /// Time never decides alone, and a clock that jumps makes none of it.
    mutating func checkOverlap(before call: Call, of secret: WorldSecret?) {
        guard secret?.owner == .original, now - writtenAt < overlap else { return }
        violations.append("call \(calls) \(call): \(overlap - now + writtenAt) ms too early")
    }

    /// Whether others did that to it, behind our last look.
    func isExcused(_ name: String) -> Bool {
        takenAt > askedAt
            || stores.indices.contains { index in
                name == "store \(index)" && stores[index].changedAt > stores[index].seenAt
            }
            || consumers.indices.contains { index in
                name == "consumer \(index)"
                    && consumers[index].changedAt > consumers[index].seenAt
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
