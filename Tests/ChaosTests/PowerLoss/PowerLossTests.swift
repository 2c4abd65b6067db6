import Foundation
import ProcessTesting
import Testing

/// The power goes while the real command works, and files are what a weak file system makes them.
///
/// `HOLDOVER_POWER_IMAGES` says how many images are judged and `HOLDOVER_POWER_RUNS` from how many
/// the command runs on; `HOLDOVER_CHAOS_SEED` replays the dice.
@Suite(
    .serialized,
    .enabled("strace can't be had, or may not trace a process here") {
        try await TracedHoldover.obstacle() == nil
    })
struct PowerLossTests {
    private static let settings = PowerLossSettings()
    private static let golden = Task { try await GoldenRecording.make(seed: settings.seed) }

    @Test(.timeLimit(.minutes(30)))
    func `whatever a power loss leaves of any write, the journal and the stores are whole`()
        async throws
    {
        let golden = try await Self.golden.value
        let sweep = PowerLossSweep(
            golden.recording, images: Self.settings.images, seed: Self.settings.seed)
        let begin = ContinuousClock.now
        let report = try await Workbench.open { try await sweep.run(in: $0.at("images")) }
        let seconds = (ContinuousClock.now - begin).components.seconds
        Self.tell(
            "power loss: seed \(Self.settings.seed), \(golden.recording.operations.count) "
                + "operations, \(report.images) images, \(seconds) s, \(report.wrong.count) wrong")
        #expect(report.wrong == [], "\(report.wrong.prefix(20).joined(separator: "\n"))")
        #expect(report.images > 0)
        // Two rotations that were completed have many commits, and replace each store.
        #expect(sweep.promised.journal.count > 50)
        #expect(sweep.promised.stores.values.allSatisfy { $0.count > 1 })
    }

    @Test func `no secret is ever written but into a store`() async throws {
        let golden = try await Self.golden.value
        let scan = try CanaryScan(golden.secrets)
        var stores = Set<Int>()
        var disk = WeakDisk(golden.recording.beginning)
        var found: [CanaryScan.Finding] = []
        for operation in golden.recording.operations {
            disk.apply(operation)
            guard case .write(let file, _, let bytes) = operation else { continue }
            let name = disk.name(of: file) ?? "a file without a name"
            if name.hasPrefix(WorldPaths.stores) {
                stores.insert(file)
            } else {
                found += scan.scan(bytes, named: name)
            }
        }
        #expect(found == [])
        #expect(stores.count >= 12, "three stores, written in each of four rotations")
    }

    /// Lets the checks be seen to fail: against the code as it is, each of these is found.
    @Test(arguments: BrokenRecording.allCases)
    func `a mistake in the order of writes and syncs is found`(mistake: BrokenRecording)
        async throws
    {
        let golden = try await Self.golden.value
        let broken = mistake.spoil(golden.recording)
        let sweep = PowerLossSweep(broken, images: 500, seed: Self.settings.seed)
        let report = try await Workbench.open {
            try await sweep.run(in: $0.at("images"), untilWrong: true)
        }
        #expect(!report.wrong.isEmpty, "\(mistake.rawValue), \(report.images) images")
    }

    @Test func `what a power loss leaves of init is gone on with by the next one`() async throws {
        let settings = Self.settings
        try await Workbench.open { bench in
            let root = try bench.directory("world")
            let holdover = TracedHoldover(on: bench, root: root, environment: [:])
            var recording = try Recording(root: root)
            try await holdover.run("init", into: &recording)
            var dice = SeededGenerator(seed: settings.seed)
            for _ in 0..<settings.runs * 2 {
                let count = Int.random(in: 0...recording.operations.count, using: &dice)
                var disk = WeakDisk(recording.beginning)
                recording.operations.prefix(count).forEach { disk.apply($0) }
                let manner = WeakDisk.Manner.allCases.randomElement(using: &dice) ?? .nothing
                try disk.image(manner, &dice).put(at: root)
                let made = try await holdover.untraced.run(["init"])
                let isDone = made.exit == 0 || made.errors.contains("[journal-exists]")
                #expect(isDone, "\(count) operations, \(manner): \(made)")
                let ran = try await holdover.untraced.run(["run"])
                #expect(ran.exit == 0, "\(count) operations, \(manner): \(made)\(ran)")
            }
        }
    }

    @Test(.timeLimit(.minutes(60)))
    func `after a power loss a run takes the rotation to its end, and no consumer fails`()
        async throws
    {
        let settings = Self.settings
        let begin = ContinuousClock.now
        let golden = try await Self.golden.value
        let kills = try await Workbench.open { bench in
            let server = try await PracticeServerProcess.start(on: bench)
            try await server.allowKeycloakRotation()
            return try await Self.runTrials(golden, on: bench, server)
        }
        let seconds = (ContinuousClock.now - begin).components.seconds
        Self.tell(
            "power loss, run on to the end: seed \(settings.seed), \(settings.runs) images, "
                + "\(kills) of killed runs, \(seconds) s")
        #expect(settings.runs == 0 || kills > 0)
    }

    /// Three at a time; how many were killed before their end.
    private static func runTrials(
        _ golden: GoldenRecording, on bench: Workbench, _ server: PracticeServerProcess
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            var dice = SeededGenerator(seed: settings.seed)
            var waiting = (0..<settings.runs).makeIterator()
            func next() {
                guard let number = waiting.next() else { return }
                let trial = PowerLossTrial(
                    number: number, seed: settings.seed, bench: bench, server: server)
                let size = trial.goesBack ? golden.back : golden.forward
                let limit = Int.random(in: 0..<max(size, 1), using: &dice)
                group.addTask { try await trial.run(until: limit) }
            }
            for _ in 0..<3 { next() }
            var kills = 0
            for try await wasKilled in group {
                kills += wasKilled ? 1 : 0
                next()
            }
            return kills
        }
    }

    private static func tell(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
}
