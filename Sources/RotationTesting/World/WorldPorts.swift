import Crypto
import Foundation
public import RotationCore
import Synchronization

/// Hands out the world's ports.
public struct WorldFactory: AdapterFactory {
    let world: World

    /// A factory for one world.
    public init(_ world: World) { self.world = world }

    /// The world's server.
    public func server(of plan: Plan) async throws(AdapterError) -> any AuthorizationServer {
        WorldServer(world: world)
    }
    /// The store named `storeN`.
    public func store(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any SecretStore
    {
        WorldSecretStore(world: world, index: Int(settings.name.dropFirst(5)) ?? 0)
    }
    /// The hook that every `hook` consumer listens to.
    public func hook(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any ReloadHook
    {
        WorldHook(world: world)
    }
    /// The reporter of the consumer named `consumerN`.
    public func reporter(_ settings: ConsumerSettings, of plan: Plan) async throws(AdapterError)
        -> any AdoptionReporter
    {
        WorldReporter(
            world: world, index: Int(settings.name.dropFirst(8)) ?? 0, client: plan.clientID)
    }
}

/// One store of the world.
struct WorldSecretStore: SecretStore {
    let world: World
    let index: Int
    var capabilities: StoreCapabilities {
        let isShown = isShown
        return StoreCapabilities(
            comparesAndSets: isShown, readable: isShown, versioned: isShown,
            holdsClientID: world.configuration.capabilities.namesClients,
            holdsCandidate: world.configuration.hasCandidates)
    }
    private var isShown: Bool { !world.configuration.hiddenStores.contains(index) }

    func identity() async throws(AdapterError) -> TargetIdentity {
        let index = index
        return try await world.call(.identity) { _ in TargetIdentity(rawValue: "store-\(index)") }
    }

    func preflight() async throws(AdapterError) -> [Finding] {
        try await world.call(.preflight) { _ in [] }
    }

    func read() async throws(AdapterError) -> StoredSecret? {
        let index = index
        return try await world.call(.read) { state in
            state.stores[index].seenAt = state.calls
            let store = state.stores[index]
            return StoredSecret(
                secret: store.isShown ? ClientSecret(store.value) : nil,
                version: StoreVersion(rawValue: "\(store.version)"), client: store.client,
                candidate: store.isShown ? store.candidate.map { ClientSecret($0) } : nil)
        }
    }

    func write(_ content: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        let isSealed = [content.secret, content.candidate].allSatisfy {
            $0.map(world.isSealed) ?? true
        }
        let index = index
        try await world.call(.write) { state throws(AdapterError) in
            let store = state.stores[index]
            guard version?.rawValue == "\(store.version)" || !store.isShown else {
                throw AdapterError(.conflict, code: "fake-conflict", message: "fake: conflict")
            }
            if !isSealed { state.violations.append("call \(state.calls): written but not sealed") }
            state.stores[index].value = content.secret.withPlaintext { $0 }
            state.stores[index].client = content.client ?? store.client
            state.stores[index].candidate =
                content.candidate?.withPlaintext { $0 } ?? store.candidate
            state.stores[index].version += 1
            state.writtenAt = state.now
            (state.stores[index].seenAt, state.stores[index].changedAt) = (state.calls, 0)
        }
    }
}

/// The hook that every `hook` consumer listens to.
struct WorldHook: ReloadHook {
    let world: World

    func reload(_ context: ReloadContext) async throws(AdapterError) {
        try await world.call(.reload) { $0.letConsumersRead(hookRan: true) }
    }
}

/// What can be seen of one consumer, made when asked: most times its report, with the value that it
/// holds.
struct WorldReporter: AdoptionReporter {
    let world: World
    let index: Int
    let client: ClientID

    var source: EvidenceClass {
        let proofs = world.configuration.proofs
        return proofs.indices.contains(index) ? proofs[index] : .fingerprint
    }

    func report(since: Instant?) async throws(AdapterError) -> ConsumerReport? {
        let (index, client, source) = (index, client, source)
        return try await world.call(.report) { state in
            let consumer = state.consumers[index]
            switch source {
            case .fingerprint: break
            case .rollout:
                // It shows no value, so what others wrote into the store is not seen by it.
                let isNew = consumer.loadedAt >= state.writtenAt
                return .rollout(Rollout(lack: isNew ? nil : "it began before the distribution"))
            case .telemetry:
                state.consumers[index].seenAt = state.calls
                return .telemetry(quiet: Self.quiet)
            case .storeRead: return .storeRead(at: Instant(milliseconds: consumer.loadedAt))
            case .soak: return nil
            }
            // What it holds and hasn't presented yet, nobody can see.
            if consumer.presented == consumer.value { state.consumers[index].seenAt = state.calls }
            let presentedAt = consumer.presentedAt + state.skew
            let spelled = "instant-\(presentedAt)"
            let client = consumer.presentedClient ?? client
            // The one that it doesn't use at the moment.
            let other = consumer.candidate.map {
                $0 == consumer.presented ? consumer.value : $0
            }
            return .fingerprint(
                AdoptionReport(
                    spelledAt: spelled, at: Instant(milliseconds: presentedAt),
                    fingerprint: Self.fingerprint("adoption", consumer.presented, client, spelled),
                    candidate: other.map { Self.fingerprint("candidate", $0, client, spelled) }))
        }
    }

    /// Longer than a consumer of a world goes without a token.
    private static let quiet = Span.seconds(6)

    private static func fingerprint(
        _ purpose: String, _ secret: String, _ client: ClientID, _ spelled: String
    ) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("holdover-\(purpose)-v1\n\(client.rawValue)\n\(spelled)".utf8),
            using: SymmetricKey(data: Data(secret.utf8)))
        return code.prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

/// The world's time: it passes by the millisecond a call, and by leaps when somebody waits.
public struct WorldClock: RotationClock {
    let world: World

    /// The clock of one world.
    public init(_ world: World) { self.world = world }

    /// The world's time.
    public func now() -> Instant {
        Instant(milliseconds: world.state.withLock { $0.now + $0.skew })
    }
    /// The world booted long ago and never again.
    public func sinceBoot() -> BootReading {
        let now = world.state.withLock { $0.now }
        return BootReading(bootID: "boot", milliseconds: now - 1_600_000_000_000)
    }
    /// Leaps to the moment.
    public func sleep(until moment: Instant) async throws { world.advance(to: moment) }
}

/// Chance that is the same each time.
public struct WorldRandom: RandomSource {
    let world: World

    /// The chance of one world.
    public init(_ world: World) { self.world = world }

    private func next() -> UInt64 {
        world.state.withLock { state in
            // SplitMix64.
            state.randomState &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state.randomState
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// A secret that the canary scan knows.
    public func secret() -> ClientSecret {
        let words = (0..<3).map { _ in String(next(), radix: 36) }
        return ClientSecret(String(("made-by-us-canary" + words.joined()).prefix(48)))
    }
    /// An identifier that sorts by the moment.
    public func identifier(at moment: Instant) -> String {
        let tail = String(next(), radix: 32, uppercase: true)
        return String("\(moment.milliseconds)\(tail)00000000000000000000000000".prefix(26))
    }
    /// A number from 0 up to 1.
    public func fraction() -> Double { Double(next() % 1_000) / 1_000 }
}
