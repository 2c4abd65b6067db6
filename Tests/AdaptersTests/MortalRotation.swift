import HTTPTransport
import RotationCore
import RotationEngine

@testable import Adapters

/// One rotation at one of whose calls something happens; where that is the engine's death, a new
/// one goes on from there.
///
/// The engine, its journal on a disk and the adapters are the real ones.
struct MortalRotation {
    let plan: Plan
    /// Where the journal is made; an empty directory of mode 0700.
    let directory: String
    let clock: LeapingClock
    let http: any HTTPClient
    /// Where references to secrets look.
    let environment: [String: String]
    let fate: FatefulCall
    /// How many runs it may take.
    var limit = 40
    /// Told of each state in which the rotation is held, before a person answers.
    var whenHeld: @Sendable (Rotation) async throws -> Void = { _ in }
    /// Whether it is a call of the server's port at which something happens.
    var isServerFateful = true

    private static let digest = "digest"

    /// How it ended, and each reason for which it was held before that.
    struct Ending {
        let rotation: Rotation
        let holds: [Reason]
    }

    /// Never came to an end, or could not be driven.
    struct Stuck: Error { let words: String }

    /// Runs it until it is over; a person says go on when it is held, twice and no more.
    ///
    /// Where there is no way back, going on leads forward again.
    func run() async throws -> Ending {
        let key = try makeJournal()
        var engine: RotationEngine? = try open(key)
        guard let id = try engine?.start(plan, digest: Self.digest, trigger: "test").id else {
            throw Stuck(words: "not started")
        }
        var holds: [Reason] = []
        for _ in 0..<limit {
            try await drive(engine)
            if fate.isDead {
                // It gives the state directory back before the next one takes it.
                engine = nil
                engine = try open(key)
            }
            guard let journal = engine?.journal, let rotation = try journal.rotation(id) else {
                throw Stuck(words: "not in the journal")
            }
            if rotation.state.isEnded { return Ending(rotation: rotation, holds: holds) }
            if case .held = rotation.state {
                holds.append(rotation.reason ?? .byOperator)
                try await whenHeld(rotation)
                if holds.count == 3 { return Ending(rotation: rotation, holds: holds) }
                try ask(
                    rotation.reason == .cannotWithdraw ? .forward : .resume, of: id, in: journal)
            } else {
                try await clock.sleep(until: rotation.nextAt)
            }
        }
        throw Stuck(words: "not over after \(limit) runs: \(holds)")
    }

    private func drive(_ engine: RotationEngine?) async throws {
        do {
            let report = try await engine?.run(options: RunOptions(jobs: 1))
            if let words = report?.failed.values.first { throw Stuck(words: words) }
        } catch is JournalFailure where fate.isDead {
            // Dead: what follows is the next process.
        }
    }

    private func makeJournal() throws -> SealingKey {
        let key = SealingKey.generate()
        let journal = try Journal.create(
            in: directory, key: key, keyPath: "\(directory)/key", databaseID: "database",
            at: clock.now())
        let seen = ClientSeen(
            name: plan.client, planFile: "plan.yaml", planDigest: Self.digest, schedule: nil)
        try journal.note(files: [], clients: [seen], gone: [], at: clock.now()) { 0 }
        try journal.close()
        return key
    }

    /// A new process, which knows nothing but the journal.
    private func open(_ key: SealingKey) throws -> RotationEngine {
        let clock = clock
        let registry = AdapterRegistry(http: http, environment: environment) { clock.now() }
        let engine = try RotationEngine(
            directory: directory, key: key,
            factory: isServerFateful ? MortalPorts(usual: registry, fate: fate) : registry,
            clock: clock, random: MachineChance())
        fate.attach {
            [weak engine] in
            await engine?.sever()
        } askForRollback: { [weak engine] in
            guard let journal = engine?.journal, let live = try journal.latest(of: plan.client)
            else { return nil }
            try ask(.rollback, of: live.id, in: journal)
            return live.state.phase
        }
        return engine
    }

    private func ask(_ kind: Request.Kind, of id: RotationID, in journal: Journal) throws {
        try journal.ask(
            Request(rotation: id, kind: kind, words: "test", madeAt: clock.now()),
            client: plan.client)
    }
}
