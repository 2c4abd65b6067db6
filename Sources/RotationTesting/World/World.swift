public import RotationCore
import Synchronization

/// A server, stores, consumers, a clock and chance in memory, with every call counted.
///
/// At each call the schedule may place a fault. After each call the invariants that can be seen
/// from outside are checked. Nothing here is kinder than a real target: limits, slots, labels, lag
/// and foreign secrets behave as the class of server says.
public final class World: Sendable {
    /// When a consumer reads its store again.
    public enum Habit: Sendable, Hashable {
        case watch
        case interval(Span)
        case hook
        /// At once, but it shows nothing until it needs another token: it keeps each so long.
        case caching(Span)
    }

    /// What this world is made of.
    public let configuration: Configuration
    let state: Mutex<WorldState>
    /// What a crash does to the engine; set by the harness before a run.
    private let sever = Mutex<(@Sendable () async -> Void)?>(nil)
    /// Whether a value is sealed in the journal; asked at every write to a store (invariant 2).
    private let isSealed = Mutex<(@Sendable (ClientSecret) -> Bool)?>(nil)

    /// A world at rest: the original secret everywhere.
    public init(
        _ configuration: Configuration, faults: [Int: Fault] = [:], deeds: [Int: Deed] = [:],
        seed: UInt64 = 0x9E37_79B9_7F4A_7C15, isRecorded: Bool = false
    ) {
        self.configuration = configuration
        let original = Self.original
        let isTwoSlots = configuration.capabilities.shape == .twoSlots
        let isPair = configuration.capabilities.shape == .pair
        let client = isPair ? ClientID(rawValue: WorldServer.pair[0].rawValue) : nil
        let candidate = configuration.hasCandidates ? original : nil
        var secrets = [
            WorldSecret(
                id: CredentialID(rawValue: isTwoSlots ? "current" : "s0"), value: original,
                owner: .original)
        ]
        if isPair {
            secrets = [
                WorldSecret(id: WorldServer.pair[0], value: original, owner: .original),
                WorldSecret(id: WorldServer.pair[1], value: "idle-before", owner: .foreign),
            ]
        }
        if configuration.hasForeignSecret {
            secrets.append(
                WorldSecret(
                    id: CredentialID(rawValue: "f0"), value: "somebody-elses", owner: .foreign))
        }
        let start: Int64 = 1_700_000_000_000
        state = Mutex(
            WorldState(
                schedule: faults, deeds: deeds, lines: isRecorded ? [] : nil, secrets: secrets,
                stores: (0..<configuration.storeCount).map {
                    WorldStore(
                        value: original, client: client, candidate: candidate,
                        isShown: !configuration.hiddenStores.contains($0))
                },
                consumers: configuration.habits.enumerated().map { index, habit in
                    WorldConsumer(
                        store: index % configuration.storeCount, habit: habit, value: original,
                        client: client, candidate: candidate, loadedAt: start, presented: original,
                        presentedClient: client, presentedAt: start)
                }, hasLog: configuration.capabilities.events != .none,
                allowsOutage: configuration.strategy == .outage, randomState: seed))
    }

    /// A world that goes on from what another one was, with other faults ahead.
    init(_ configuration: Configuration, goingOnFrom state: WorldState, faults: [Int: Fault]) {
        self.configuration = configuration
        var state = state
        state.schedule = faults
        self.state = Mutex(state)
    }

    /// The value that is in force when a world begins.
    public static let original = "original-secret-value-canary-0000000000000000000"

    /// Sets what a crash does, and how sealed values are recognised, for the next engine.
    public func attach(
        sever: @escaping @Sendable () async -> Void,
        isSealed: @escaping @Sendable (ClientSecret) -> Bool
    ) {
        self.sever.withLock { $0 = sever }
        self.isSealed.withLock { $0 = isSealed }
        state.withLock { $0.isCrashed = false }
    }

    /// How many calls were made.
    public var calls: Int { state.withLock { $0.calls } }
    /// Every call in order.
    public var trace: [Call] { state.withLock { $0.trace } }
    /// Which calls were creations.
    public var creations: [Int] {
        state.withLock { state in
            state.trace.indices.filter { state.trace[$0] == .create }.map { $0 + 1 }
        }
    }
    /// What happened, a line each, where the world is recorded.
    public var lines: [String] { state.withLock { $0.lines ?? [] } }
    /// Every violation seen, in words.
    public var violations: [String] { state.withLock { $0.violations } }
    /// Whether the last engine was killed.
    public var isCrashed: Bool { state.withLock { $0.isCrashed } }
    /// The ids that the server holds, and whether they are ours.
    public var ownCount: Int {
        state.withLock { $0.secrets.filter { $0.owner == .ours }.count }
    }
    /// How many secrets the server holds.
    public var secretCount: Int { state.withLock { $0.secrets.count } }
    /// Whether the original secret is still accepted.
    public var acceptsOriginal: Bool {
        state.withLock { $0.accepts(Self.original) }
    }
    /// Whether every store holds the original value.
    public var storesHoldOriginal: Bool {
        state.withLock { $0.stores.allSatisfy { $0.value.hasPrefix("original-secret-value") } }
    }
    /// Which stores and consumers hold something that the server refuses, by their names, where no
    /// one else did that to them.
    public var lockedOut: Set<String> {
        state.withLock { state in state.locked().filter { !state.isExcused($0) } }
    }
    /// What a store holds now.
    public func value(ofStore index: Int) -> String { state.withLock { $0.stores[index].value } }
    /// The second value beside it, where there is room for one.
    public func candidate(ofStore index: Int) -> String? {
        state.withLock { $0.stores[index].candidate }
    }
    /// The client_id beside it, where that changes too.
    public func client(ofStore index: Int) -> ClientID? {
        state.withLock { $0.stores[index].client }
    }
    /// Every value that ever was secret in this world, for the canary scan.
    public var secretValues: [String] {
        state.withLock {
            $0.secrets.map(\.value) + $0.stores.map(\.value) + $0.stores.compactMap(\.candidate)
        }
    }

    /// Changes something behind everybody's back.
    public func meddle(_ change: (borrowing Meddling) -> Void) { change(Meddling(world: self)) }

    /// Goes forward in time.
    public func advance(to moment: Instant) {
        state.withLock { state in
            state.now = max(state.now, moment.milliseconds - state.skew)
            state.letConsumersRead()
        }
    }

    /// Lets time pass, whatever the clocks say.
    public func pass(_ span: Span) {
        state.withLock { state in
            state.now += span.milliseconds
            state.letConsumersRead()
        }
    }

    /// From now on, the old secret may not be touched sooner than so long after the last write.
    public func expectOverlap(_ span: Span) { state.withLock { $0.overlap = span.milliseconds } }

    /// Counts a call, places its fault, and checks the invariants after it.
    func call<Result: Sendable>(
        _ call: Call,
        _ effect: @escaping @Sendable (inout WorldState) throws(AdapterError) -> Result
    ) async throws(AdapterError) -> Result {
        let fault: Fault? = state.withLock { state in
            if state.isCrashed { return .crashBefore }
            state.calls += 1
            state.now += 1
            state.trace.append(call)
            state.letLateOnesArrive()
            if let deed = state.deeds[state.calls] { state.apply(deed) }
            state.letConsumersRead()
            let fault = state.schedule[state.calls]
            state.lines?.append(
                "\(state.now) \(state.calls) \(call)" + (fault.map { " \($0.rawValue)" } ?? ""))
            return fault
        }
        if fault == .crashBefore { throw await crash() }
        if fault == .late {
            state.withLock { state in
                state.late.append(LateCall(at: state.now + 20_000) { _ = try? effect(&$0) })
            }
        }
        if let error = fault?.error { throw error }
        let result =
            switch fault {
            case .stale where call.isRead:
                try happen(call) { state throws(AdapterError) in try state.inThePast(effect) }
            case .duplicated where !call.isRead: try happenTwice(call, effect)
            default: try happen(call, effect)
            }
        switch fault {
        case .crashAfter: throw await crash()
        case .answerLost: throw .lostAnswer
        default: return result
        }
    }

    /// The answer is the first one's; what the second one came to nobody sees.
    private func happenTwice<Result>(
        _ call: Call, _ effect: (inout WorldState) throws(AdapterError) -> Result
    ) throws(AdapterError) -> Result {
        let result = try happen(call, effect)
        if call == .create { state.withLock { $0.repetitions += 1 } }
        _ = try? happen(call, effect)
        return result
    }

    private func happen<Result>(
        _ call: Call, _ effect: (inout WorldState) throws(AdapterError) -> Result
    ) throws(AdapterError) -> Result {
        let outcome: Swift.Result<Result, AdapterError> = state.withLock { state in
            if !call.isRead {
                state.past = WorldPast(secrets: state.secrets, stores: state.stores)
            }
            let before = state.isMeddled ? state.locked() : nil
            let outcome: Swift.Result<Result, AdapterError>
            do throws(AdapterError) { outcome = .success(try effect(&state)) } catch {
                outcome = .failure(error)
            }
            state.letConsumersRead(before: state.calls + 1)
            state.check(after: call, lockedBefore: before)
            return outcome
        }
        return try outcome.get()
    }

    private func crash() async -> AdapterError {
        state.withLock { $0.isCrashed = true }
        if let sever = sever.withLock({ $0 }) { await sever() }
        return AdapterError(.unknown, code: "crashed", message: "the process is dead")
    }

    func isSealed(_ secret: ClientSecret) -> Bool {
        isSealed.withLock { $0 }?(secret) ?? true
    }
}

extension AdapterError {
    fileprivate static let lostAnswer = AdapterError(
        .unknown, code: "fake-lost", message: "fake: answer lost")
}

extension Fault {
    /// What the caller is told where nothing happened yet; nil where something did.
    fileprivate var error: AdapterError? {
        switch self {
        case .failed: AdapterError(.unknown, code: "fake-failed", message: "fake: 503")
        case .refused: AdapterError(.refused, code: "fake-refused", message: "fake: refused")
        case .unavailable:
            AdapterError(
                .unavailable(retryAfter: nil), code: "fake-unavailable", message: "fake: away")
        case .throttled:
            AdapterError(
                .unavailable(retryAfter: .seconds(3)), code: "fake-429", message: "fake: 429")
        case .unauthorized:
            AdapterError(.unauthorized, code: "fake-unauthorized", message: "fake: 401")
        case .late: .lostAnswer
        case .crashBefore, .crashAfter, .answerLost, .duplicated, .stale: nil
        }
    }
}
