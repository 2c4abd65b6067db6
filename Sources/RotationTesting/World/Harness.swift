public import RotationCore
public import RotationEngine
import Synchronization

/// Drives the real engine with a real SQLite journal in a world, restarting it after each crash.
///
/// A crash is the end of everything that the engine does: not one transaction is committed after
/// it.
public struct Harness {
    /// Where the journal of this harness lies.
    public let place: JournalPlace
    /// The world that the engine runs in.
    public let world: World
    /// The key of the journal.
    public let key: SealingKey
    /// What a power loss keeps of what was not synced; nil where the machine only kills.
    public var powerSeed: UInt64?
    /// How many runs there were.
    public private(set) var runs = 0
    /// Why the rotation was held, each time.
    public private(set) var holds: [Reason] = []
    /// How many runs ended because the disk failed.
    public private(set) var diskFailures = 0
    /// Whether an engine goes on to the next run where it wasn't killed, as `run --wait` does.
    private let keepsEngine: Bool
    private var engine: RotationEngine?
    /// Where simulations run one after another, with the connection that the last one left.
    private let berth: Berth?

    /// Whether the next process goes on with a dead one's connection, where that is as good.
    private let keepsConnections: Bool

    /// A harness whose journal is the template's state on a disk that others have used before.
    ///
    /// Opening a connection takes half the time of a rotation in memory.
    init(
        world: World, template: JournalTemplate, berth: Berth, keepsEngine: Bool = true,
        keepsConnections: Bool = true
    ) {
        self.world = world
        self.berth = berth
        self.keepsConnections = keepsConnections
        self.keepsEngine = keepsEngine
        key = template.key
        place = template.restore(berth.disk)
    }

    /// A harness that goes on from `moment`.
    init(world: World, template: JournalTemplate, berth: Berth, from moment: Moment) throws {
        (self.world, self.berth, key) = (world, berth, template.key)
        (keepsConnections, keepsEngine) = (true, false)
        (runs, holds) = (moment.runs, moment.holds)
        place = try berth.restore(moment.disk)
    }

    /// What the next run begins with; nil where a process still has the journal.
    func moment(of rotation: RotationID) -> Moment? {
        guard engine == nil, berth?.left != nil, let memory = place.memory else { return nil }
        return Moment(
            rotation: rotation, world: world.state.withLock { $0 },
            disk: SimulatedDisk(copying: memory), runs: runs, holds: holds)
    }

    /// A harness with a fresh journal, copied from `template`.
    public init(world: World, template: JournalTemplate, keepsEngine: Bool = false) throws {
        self.world = world
        self.keepsEngine = keepsEngine
        keepsConnections = false
        berth = nil
        key = template.key
        place = try template.copy()
    }

    /// Removes the journal.
    public func remove() { place.remove() }

    /// A new process: takes the lock, opens the journal, attaches the world's crashes to it.
    public func opened() throws -> RotationEngine {
        let engine = try RotationEngine(
            directory: place.directory, on: place.disk, key: key, factory: WorldFactory(world),
            clock: WorldClock(world), random: WorldRandom(world),
            opening: {
                try berth?.takeJournal()?.reopened()
                    ?? Journal.open(in: place.directory, on: place.disk)
            })
        let memory = place.memory
        world.attach(
            sever: { [weak engine] in
                memory?.cut()
                await engine?.sever()
            },
            isSealed: { [weak engine] secret in engine?.holdsSealed(secret) ?? false })
        return engine
    }

    /// Starts a rotation, trying again where the disk failed.
    public mutating func start(_ plan: Plan) throws -> RotationID {
        for _ in 0..<8 {
            do {
                let id = try takeEngine().start(plan, digest: "digest", trigger: "test").id
                endProcess()
                return id
            } catch let failure as JournalFailure where isDead(failure) {
                restart()
                if let live = try? journal().latest(of: plan.client), !live.state.isEnded {
                    return live.id
                }
            }
        }
        throw JournalFailure(.damaged, "the disk never let a rotation start")
    }

    /// Runs until the rotation is over, answering each hold with a resume, at most `limit` times.
    public mutating func finish(_ id: RotationID, limit: Int = 60) async throws -> Rotation {
        try await finish(id, limit: limit, tell: nil)
    }

    /// The same, telling each moment at which a later one could go on.
    mutating func finish(_ id: RotationID, limit: Int = 60, tell: ((Moment) -> Void)?) async throws
        -> Rotation
    {
        for _ in 0..<limit {
            if let tell, let moment = moment(of: id) { tell(moment) }
            let rotation = try await run(id)
            if rotation.state.isEnded { return rotation }
            if case .held = rotation.state {
                holds.append(rotation.reason ?? .byOperator)
                // Who has said go on five times to the same words looks for another way.
                if holds.count > 4, Set(holds.suffix(5)).count == 1 { return rotation }
                try ask(.resume, of: rotation)
            } else {
                world.advance(to: rotation.nextAt)
            }
        }
        return try await run(id)
    }

    /// One process's worth of running; a crash in it is not an error.
    public mutating func run(_ id: RotationID) async throws -> Rotation {
        runs += 1
        do {
            let engine = try takeEngine()
            let report = try await engine.run(options: RunOptions(jobs: 1))
            endProcess()
            if let rotation = report.driven[id] { return rotation }
        } catch let failure as JournalFailure where isDead(failure) {
            // Dead: what follows is the next process.
            restart()
            if berth != nil, keepsEngine { _ = try? takeEngine() }
        }
        return try look(id)
    }

    /// Asks something of a rotation, as a person does.
    public mutating func ask(_ kind: Request.Kind, of rotation: Rotation, words: String = "test")
        throws
    {
        let request = Request(
            rotation: rotation.id, kind: kind, words: words, madeAt: WorldClock(world).now())
        do { try journal().ask(request, client: rotation.client) } catch let failure
            as JournalFailure where isDead(failure)
        {
            // It was not asked, and a person would ask again.
            restart()
            try journal().ask(request, client: rotation.client)
        }
    }

    /// The rotation as the journal has it.
    public func look(_ id: RotationID) throws -> Rotation {
        guard let rotation = try journal().rotation(id) else {
            throw JournalFailure(.missing, "the rotation is not in the journal")
        }
        return rotation
    }

    /// The journal of the live engine, else a fresh connection.
    public func journal() throws -> Journal {
        try engine?.journal ?? berth?.left ?? Journal.open(in: place.directory, on: place.disk)
    }

    /// A run is a process, where an engine doesn't go on to the next.
    private mutating func endProcess() {
        if !keepsEngine, !leaveConnection() { engine = nil }
    }

    /// Leaves the connection to the next process; false where it isn't as good as a new one.
    private mutating func leaveConnection() -> Bool {
        guard let journal = engine?.journal, let memory = place.memory, let berth, keepsConnections
        else { return false }
        engine = nil
        guard memory.handOver() else { return false }
        berth.leave(journal)
        return true
    }

    /// Leaves the connection to the next simulation, where it is sound.
    mutating func leave() {
        if let engine, place.memory?.hasFailed == false { berth?.leave(engine.journal) }
        engine = nil
    }

    private mutating func takeEngine() throws -> RotationEngine {
        if let engine { return engine }
        let engine = try opened()
        self.engine = engine
        return engine
    }

    private func isDead(_ failure: JournalFailure) -> Bool {
        if world.isCrashed || place.memory?.isCut == true { return failure.kind != .fenced }
        return place.memory?.hasFailed == true
    }

    private mutating func restart() {
        if place.memory?.isCut == false { diskFailures += 1 }
        if leaveConnection() { return }
        engine = nil
        guard let memory = place.memory else { return }
        if let powerSeed, memory.isCut {
            memory.losePower(seed: powerSeed)
        } else {
            memory.restart()
        }
    }
}
