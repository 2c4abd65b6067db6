public import RotationCore

/// Drives every rotation of one journal: the only thing that a command needs to know of the loop.
///
/// Holds the state directory's lock for as long as it lives, and begins by taking over the epoch.
public final class RotationEngine: Sendable {
    private let parts: EngineParts
    private let lease: any StateLease

    /// Takes the lock, opens the journal, checks the key and the anchor.
    ///
    /// `lookAtPlan` is called before each revocation; without it, plans are as they were last
    /// noted.
    public convenience init(
        directory: String, on disk: any StateDisk = FileSystemDisk(), key: SealingKey,
        factory: any AdapterFactory, clock: any RotationClock, random: any RandomSource,
        lookAtPlan: @escaping PlanLook = { _, _ in }
    ) throws {
        try self.init(
            directory: directory, on: disk, key: key, factory: factory, clock: clock,
            random: random, lookAtPlan: lookAtPlan,
            opening: { try Journal.open(in: directory, on: disk) })
    }

    /// The same with a journal that a test has open already, once the lock is taken.
    package init(
        directory: String, on disk: any StateDisk, key: SealingKey, factory: any AdapterFactory,
        clock: any RotationClock, random: any RandomSource,
        lookAtPlan: @escaping PlanLook = { _, _ in }, opening: () throws -> Journal
    ) throws {
        try disk.check(directory)
        lease = try disk.lock(directory)
        let journal = try opening()
        let sealer = try journal.sealer(with: key)
        try journal.checkAnchor()
        let epoch = try journal.takeOver()
        try journal.advanceAnchor()
        // A full disk may not have room for it now; then nothing is created until it has.
        try? Ballast.make(in: directory, on: disk)
        try journal.importSpills(epoch: epoch, at: clock.now())
        parts = EngineParts(
            journal: journal, epoch: epoch, sealer: sealer, factory: factory,
            clock: clock, random: random, identities: IdentityBook(), lookAtPlan: lookAtPlan)
    }

    /// The journal that this engine writes.
    public var journal: Journal { parts.journal }

    /// Records a new rotation of `plan`'s client, to be driven by ``run(options:)``.
    ///
    /// Throws `ruleBroken` where one is under way.
    public func start(_ plan: Plan, digest: String, trigger: String) throws -> Rotation {
        try start([(plan, digest)], trigger: trigger)[0].get()
    }

    /// Records a new rotation for each plan and its digest, all in one transaction.
    ///
    /// `ruleBroken` stands where one is under way; it keeps no other from starting.
    public func start(_ plans: [(plan: Plan, digest: String)], trigger: String) throws
        -> [Result<Rotation, JournalFailure>]
    {
        let now = parts.clock.now()
        let rotations = plans.map { plan, digest in
            Rotation(
                id: RotationID(rawValue: parts.random.identifier(at: now)), client: plan.client,
                plan: plan, planDigest: digest, startedAt: now, trigger: trigger)
        }
        return try parts.journal.insert(rotations, epoch: parts.epoch)
    }

    /// Clients that are due now and have no live rotation.
    public func due() throws -> [ClientSummary] { try parts.journal.due(at: parts.clock.now()) }

    /// Advances everything that can move, at most `options.jobs` rotations at once.
    ///
    /// A rotation that waits or is held doesn't keep the others from moving; a journal that fails
    /// stops all.
    public func run(options: RunOptions) async throws -> RunReport {
        var report = RunReport()
        repeat {
            try await drive(try movable(options), options, &report)
            guard let next = try nextMove(options), next <= options.deadline else { break }
            if !report.failed.isEmpty {
                // What can't be driven may move for ever, and would keep the loop turning.
                try await parts.clock.sleep(until: parts.clock.now() + Span(milliseconds: 200))
            }
            try await sleep(until: next, options)
        } while !options.isStopping()
        try parts.journal.advanceAnchor()
        report.transactions = await parts.journal.committer.transactions
        report.commits = await parts.journal.committer.entries
        return report
    }

    /// Keeps how this run went and adds what it counted, in one transaction.
    ///
    /// For the very end, while the engine holds the lock; throws `fenced` where it was overtaken.
    public func record(_ run: RunRecord, adding counts: [CountedSeries: Double]) throws {
        try parts.journal.record(run, adding: counts, epoch: parts.epoch)
    }

    /// Answers what people asked of one rotation, and does nothing else.
    public func answerRequests(of rotation: Rotation) async throws {
        let options = RunOptions(isStopping: { true })
        guard let dossier = try await parts.journal.dossier(of: rotation.id) else { return }
        _ = try await RotationDriver(dossier, parts: parts, options: options).drive()
    }

    /// Only names: a rotation is loaded when its turn comes, so that memory goes with `jobs`.
    private func movable(_ options: RunOptions) throws -> [RotationID] {
        try parts.journal.movable(at: parts.clock.now(), client: options.client)
    }

    /// When one of the rotations that this run drives may move next.
    ///
    /// One that is past `until` or of another client is movable for ever, and would keep the loop
    /// turning.
    private func nextMove(_ options: RunOptions) throws -> Instant? {
        guard options.deadline > parts.clock.now() else { return nil }
        guard options.stop != nil || options.client != nil else {
            return try parts.journal.nextMove()
        }
        return try parts.journal.summaries(live: true, of: options.client).compactMap { rotation in
            guard case .running(let phase) = rotation.state, !options.isPast(phase) else {
                return nil
            }
            return rotation.nextAt
        }.min()
    }

    /// Wakes now and then, to see whether it should stop or a person asks for something.
    private func sleep(until moment: Instant, _ options: RunOptions) async throws {
        while parts.clock.now() < moment, !options.isStopping() {
            guard try !parts.journal.hasRequests(of: options.client) else { return }
            let glance = parts.clock.now() + Span(milliseconds: 200)
            try await parts.clock.sleep(until: min(moment, glance))
        }
    }

    private func drive(
        _ rotations: [RotationID], _ options: RunOptions, _ report: inout RunReport
    ) async throws {
        let parts = parts
        try await withThrowingTaskGroup(of: Driven.self) { group in
            var waiting = rotations.makeIterator()
            func startNext() {
                guard !options.isStopping(), let id = waiting.next() else { return }
                group.addTask { try await Self.drive(id, parts, options) }
            }
            for _ in 0..<max(1, options.jobs) { startNext() }
            while let driven = try await group.next() {
                switch driven {
                case .stopped(let rotation): report.driven[rotation.id] = rotation
                case .failed(let id, let words): report.failed[id] = words
                }
                startNext()
            }
        }
    }

    private enum Driven: Sendable {
        case stopped(Rotation)
        case failed(RotationID, String)
    }

    /// A rotation that breaks a rule is left as it is, and keeps no other from moving.
    private static func drive(_ id: RotationID, _ parts: EngineParts, _ options: RunOptions)
        async throws -> Driven
    {
        do {
            guard let dossier = try await parts.journal.dossier(of: id) else {
                return .failed(id, "it is not in the journal")
            }
            return .stopped(
                try await RotationDriver(dossier, parts: parts, options: options).drive())
        } catch let failure as JournalFailure where failure.kind == .ruleBroken {
            return .failed(id, failure.message)
        } catch let bug as InvalidTransition {
            return .failed(
                id, "\(bug.event.rawValue) makes no sense in \(bug.state); this is a bug")
        } catch let error as DecodingError {
            return .failed(id, "its record can't be read: \(error)")
        }
    }
}

/// How far a run goes.
public struct RunOptions: Sendable {
    /// How many rotations move at once.
    public var jobs: Int
    /// The last step to complete; nil goes on to the end.
    public var stop: Step?
    /// Until when the run stays for rotations that can move soon.
    public var deadline: Instant
    /// Only this client; nil drives all.
    public var client: ClientName?
    /// Asked between two steps: whether to begin no further one.
    public var isStopping: @Sendable () -> Bool
    /// Told of everything that moved, once it is committed.
    public var observe: @Sendable (RotationNews) -> Void

    /// Options.
    public init(
        jobs: Int = 32, stop: Step? = nil, deadline: Instant = Instant(milliseconds: 0),
        client: ClientName? = nil, isStopping: @escaping @Sendable () -> Bool = { false },
        observe: @escaping @Sendable (RotationNews) -> Void = { _ in }
    ) {
        self.jobs = jobs
        self.stop = stop
        self.deadline = deadline
        self.client = client
        self.isStopping = isStopping
        self.observe = observe
    }

    /// Whether `phase` lies behind the last step that the run is to complete.
    func isPast(_ phase: Phase) -> Bool {
        guard let stop, let last = Step.allCases.firstIndex(of: stop),
            let present = Step.allCases.firstIndex(of: phase.step)
        else { return false }
        // Going back, or about to distribute anew: that is never past anything.
        return phase.step != .rollback && phase != .reinstate && present > last
    }
}

/// What a run did.
public struct RunReport: Sendable {
    /// Every rotation that was driven, as it was when it stopped moving.
    public var driven: [RotationID: Rotation] = [:]
    /// Rotations that could not be driven at all, and why.
    public var failed: [RotationID: String] = [:]
    /// How many transactions reached the disk.
    public var transactions = 0
    /// How many commits of rotations they held.
    public var commits = 0

    /// An empty report.
    public init() {}
}

extension RotationEngine {
    /// Ends this engine as a kill would: not one transaction is committed from now on.
    ///
    /// For tests.
    package func sever() async {
        await parts.journal.committer.sever()
    }

    /// Whether the value is sealed in the journal, for the test of invariant 2.
    package func holdsSealed(_ secret: ClientSecret) -> Bool {
        guard let rotations = try? parts.journal.summaries(live: true) else { return false }
        return rotations.contains { rotation in
            SecretRole.allCases.contains { role in
                guard let record = try? parts.journal.sealedRecord(of: rotation.id, role: role),
                    let opened = try? parts.sealer.open(
                        record, rotation: rotation.id, client: rotation.client, role: role)
                else { return false }
                return opened.matches(secret)
            }
        }
    }
}
