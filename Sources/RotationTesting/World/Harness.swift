import Foundation
public import RotationCore
public import RotationEngine

/// Drives the real engine with a real journal file in a world, restarting it after each crash.
///
/// The journal is closed and opened again for every run. A crash is the end of everything that the
/// engine does: not one transaction is committed after it.
public struct Harness {
    /// Where the journal of this harness lies.
    public let directory: String
    /// The world that the engine runs in.
    public let world: World
    /// The key of the journal.
    public let key: SealingKey
    /// How many runs there were.
    public private(set) var runs = 0
    /// Why the rotation was held, each time.
    public private(set) var holds: [Reason] = []

    /// A harness with a fresh journal, copied from `template` where there is one.
    public init(world: World, template: JournalTemplate) throws {
        self.world = world
        key = template.key
        directory = try template.copy()
    }

    /// Removes the journal.
    public func remove() { try? FileManager.default.removeItem(atPath: directory) }

    /// A new process: takes the lock, opens the journal, attaches the world's crashes to it.
    public func engine() throws -> RotationEngine {
        let engine = try RotationEngine(
            directory: directory, key: key, factory: WorldFactory(world), clock: WorldClock(world),
            random: WorldRandom(world))
        world.attach(
            sever: { [weak engine] in await engine?.sever() },
            isSealed: { [weak engine] secret in engine?.holdsSealed(secret) ?? false })
        return engine
    }

    /// Starts a rotation, trying again after a crash.
    public func start(_ plan: Plan) throws -> RotationID {
        try engine().start(plan, digest: "digest", trigger: "test").id
    }

    /// Runs until the rotation is over, answering each hold with a resume, at most `limit` times.
    public mutating func finish(_ id: RotationID, limit: Int = 60) async throws -> Rotation {
        for _ in 0..<limit {
            let rotation = try await run(id)
            if rotation.state.isEnded { return rotation }
            if case .held = rotation.state {
                holds.append(rotation.reason ?? .byOperator)
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
        let engine = try engine()
        do {
            _ = try await engine.run(options: RunOptions(jobs: 1))
        } catch let failure as JournalFailure where failure.kind == .damaged && world.isCrashed {
            // Dead: what follows is the next process.
        }
        guard let rotation = try engine.journal.rotation(id) else {
            throw JournalFailure(.missing, "the rotation is not in the journal")
        }
        return rotation
    }

    /// Asks something of a rotation, as a person does.
    public func ask(_ kind: Request.Kind, of rotation: Rotation, words: String = "test") throws {
        let journal = try Journal.open(in: directory)
        try journal.ask(
            Request(
                rotation: rotation.id, kind: kind, words: words,
                madeAt: WorldClock(world).now()), client: rotation.client)
        try journal.close()
    }

    /// The rotation as the journal has it.
    public func look(_ id: RotationID) throws -> Rotation {
        let journal = try Journal.openForReading(in: directory)
        defer { try? journal.close() }
        guard let rotation = try journal.rotation(id) else {
            throw JournalFailure(.missing, "the rotation is not in the journal")
        }
        return rotation
    }
}

/// A finished, empty journal that is copied for each harness: making one takes many fsyncs.
public struct JournalTemplate: Sendable {
    let directory: String
    /// The key of the journal.
    public let key: SealingKey

    /// A template below `parent`; the client `billing` is known to it.
    public init(below parent: String, planDigest: String = "digest") throws {
        directory = parent + "/template"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        key = SealingKey.generate()
        let journal = try Journal.create(
            in: directory, key: key, keyPath: "/nowhere", databaseID: "database",
            at:
                Instant(milliseconds: 1_600_000_000_000))
        try journal.note(
            files: [],
            clients: [
                ClientSeen(
                    name: ClientName(rawValue: "billing"), planFile: "billing.yaml",
                    planDigest: planDigest, schedule: nil)
            ], gone: [], at: Instant(milliseconds: 1_600_000_000_000)
        ) { 0 }
        try journal.close()
    }

    func copy() throws -> String {
        let path = "\(directory)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        chmod(path, 0o700)
        try FileManager.default.copyItem(
            atPath: Journal.path(in: directory), toPath: Journal.path(in: path))
        return path
    }
}
