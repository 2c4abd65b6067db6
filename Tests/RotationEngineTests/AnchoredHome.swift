import Foundation
import RotationCore
import RotationTesting
import Synchronization
import Testing

@testable import RotationEngine

/// A state directory and, outside of it, the anchor of its journal.
struct AnchoredHome {
    let home: Home
    let outside: Home
    let world: World
    /// What a rotation is started with, and the ports that it is driven through.
    var plan: Plan
    var ports: any AdapterFactory
    var clock: any RotationClock
    /// What is done before a plan counts as unchanged.
    var lookAtPlan: PlanLook = { _, _ in }

    init(
        _ configuration: World.Configuration = .clientSupplied, faults: [Int: Fault] = [:]
    ) throws {
        (home, outside) = (try Home(), try Home())
        world = World(configuration, faults: faults)
        (plan, ports) = (world.briefPlan(), WorldFactory(world))
        clock = WorldClock(world)
        let journal = try Journal.create(
            in: home.directory, key: home.key, keyPath: "/nowhere", anchorPath: anchorPath,
            databaseID: "database", at: Home.start)
        let seen = ClientSeen(
            name: ClientName(rawValue: "billing"), planFile: "billing.yaml", planDigest: "digest",
            schedule: nil)
        try journal.note(files: [], clients: [seen], gone: [], at: Home.start) { 0 }
        try journal.close()
    }

    var anchorPath: String { "\(outside.directory)/anchor" }

    func engine(on disk: any StateDisk = FileSystemDisk()) throws -> RotationEngine {
        try RotationEngine(
            directory: home.directory, on: disk, key: home.key, factory: ports,
            clock: clock, random: WorldRandom(world), lookAtPlan: lookAtPlan)
    }

    /// One process's run, which starts a rotation where there is none.
    func run(
        on disk: any StateDisk = FileSystemDisk(), until step: Step? = nil
    ) async throws -> RunReport {
        let engine = try engine(on: disk)
        defer { try? engine.journal.close() }
        if try engine.journal.summaries(live: false).isEmpty {
            _ = try engine.start(plan, digest: "digest", trigger: "test")
        }
        return try await engine.run(options: RunOptions(jobs: 1, stop: step))
    }

    /// Runs, and lets time pass in between, until the rotation is as wanted; as it was at last.
    func drive(
        stoppingBehind step: Step? = nil, until isWanted: (Rotation) -> Bool
    ) async throws -> Rotation? {
        for _ in 0..<60 {
            _ = try await run(until: step)
            guard let rotation = try look(), !rotation.state.isEnded, !isWanted(rotation) else {
                break
            }
            world.advance(to: rotation.nextAt)
        }
        return try look()
    }

    /// Runs that each do one effect, until the rotation is as wanted; whether it ever was.
    func stepByStep(until isWanted: (Rotation) -> Bool) async throws -> Bool {
        try start()
        for _ in 0..<120 {
            guard let rotation = try look(), !rotation.state.isEnded else { return false }
            if isWanted(rotation) { return true }
            world.advance(to: rotation.nextAt)
            try await step()
        }
        return false
    }

    private func start() throws {
        let engine = try engine()
        defer { try? engine.journal.close() }
        _ = try engine.start(plan, digest: "digest", trigger: "test")
    }

    private func step() async throws {
        let engine = try engine()
        defer { try? engine.journal.close() }
        let asked = Atomic(0)
        let isOver = { @Sendable in asked.add(1, ordering: .relaxed).newValue > 2 }
        _ = try await engine.run(options: RunOptions(jobs: 1, isStopping: isOver))
    }

    /// A rotation whose next run looks at the guards for the first time.
    func driveToTheGuards() async throws -> Rotation? {
        try await drive(stoppingBehind: .verify) { $0.state == .running(.disable) }
    }

    /// Drives until the rotation is held or over.
    func driveUntilHeld() async throws -> Rotation? {
        try await drive { rotation in
            if case .held = rotation.state { return true }
            return false
        }
    }

    /// Puts an odd world's ports in the place of the usual ones.
    mutating func odd(_ change: (inout OddPorts) -> Void) {
        var odd = OddPorts(world)
        change(&odd)
        ports = odd
    }

    /// Asks something of the live rotation, to be heard by the next run.
    func ask(_ kind: Request.Kind, words: String = "") throws {
        let journal = try Journal.open(in: home.directory)
        defer { try? journal.close() }
        guard let rotation = try journal.latest(of: plan.client) else { return }
        try journal.ask(
            Request(rotation: rotation.id, kind: kind, words: words, madeAt: clock.now()),
            client: rotation.client)
    }

    /// The same from where nothing may be thrown.
    func insist(on kind: Request.Kind, words: String = "") {
        do { try ask(kind, words: words) } catch {
            Issue.record("nothing could be asked: \(error)")
        }
    }

    /// The last rotation as the journal has it.
    func look() throws -> Rotation? {
        let journal = try Journal.openForReading(in: home.directory)
        defer { try? journal.close() }
        return try journal.latest(of: plan.client)
    }

    /// The anchor as it is now.
    func anchor() throws -> Anchor? {
        try DurableFile.read(anchorPath).flatMap(AnchorSlot.init(newestOf:))?.anchor
    }

    /// Why a run is refused; nil where it isn't.
    func refusal() -> JournalFailure.Kind? {
        do {
            try engine().journal.close()
            return nil
        } catch { return (error as? JournalFailure)?.kind }
    }

    func database() throws -> Data { try Data(contentsOf: URL(filePath: home.path)) }

    func put(_ database: Data) throws { try database.write(to: URL(filePath: home.path)) }
}

extension World.Configuration {
    /// The same with one consumer, which no hook has to tell: what a brief plan needs.
    var watched: World.Configuration {
        var watched = self
        watched.habits = [.watch]
        return watched
    }
}

/// The file system, counting what is asked of the anchor and failing it on demand.
final class MeddlingDisk: StateDisk {
    private let stores = Atomic<Int>(0)
    private let failing: Int?
    private let files = FileSystemDisk()

    private let free: Int64?
    private let canWrite: Bool

    /// Fails the anchor's write number `failing`, from 1; says that `free` bytes are left.
    init(failing: Int? = nil, free: Int64? = nil, isWritable: Bool = true) {
        (self.failing, self.free, canWrite) = (failing, free, isWritable)
    }

    /// How often the anchor was written.
    var writes: Int { stores.load(ordering: .relaxed) }

    func store(_ slot: [UInt8], at offset: Int, of path: String) throws(JournalFailure) {
        let number = stores.add(1, ordering: .relaxed).newValue
        if number == failing { throw JournalFailure(.damaged, "the anchor failed") }
        try files.store(slot, at: offset, of: path)
    }

    func check(_ directory: String) throws(JournalFailure) { try files.check(directory) }
    func lock(_ directory: String) throws(JournalFailure) -> any StateLease {
        try files.lock(directory)
    }
    func exists(_ path: String) -> Bool { files.exists(path) }
    func isWritable(_ path: String) -> Bool { canWrite && files.isWritable(path) }
    func protect(_ path: String) { files.protect(path) }
    func load(_ path: String) throws(JournalFailure) -> [UInt8]? {
        try files.load(path)
    }
    func create(_ bytes: [UInt8], at path: String) throws(JournalFailure) {
        try files.create(bytes, at: path)
    }
    func remove(_ path: String) { files.remove(path) }
    func room(in directory: String) -> (free: Int64, total: Int64)? {
        free.map { ($0, 1 << 40) } ?? files.room(in: directory)
    }
}
