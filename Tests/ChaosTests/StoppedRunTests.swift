import Foundation
import ProcessTesting
import Testing

/// Invariant 9: a run that stands still and wakes up later drives nothing beside another one.
///
/// `HOLDOVER_CHAOS_STOPS` says how many are stopped in all, half of them with the lock in its
/// place.
@Suite(.serialized)
struct StoppedRunTests {
    private static let wanted = max(1, ProcessSettings.stops / 2)
    /// Clients that are rotated side by side: most of the time is spent waiting.
    private static let lanes = min(4, wanted)

    @Test(.timeLimit(.minutes(60)))
    func `a run that stands still keeps others out, and goes on where it stood`() async throws {
        let tally = try await Self.inLanes { lone, wanted in
            var tally = Tally()
            while tally.stops < wanted {
                try await Self.standStill(lone, upTo: wanted, &tally)
                try await lone.judge("after \(tally.stops) stops")
            }
            let made = try await lone.server.client(LoneClient.id).secrets.count
            #expect(made == 1 + tally.rotations)
            return tally
        }
        Self.tell("stopped, the lock in its place: \(tally.stops) in \(tally.rotations) rotations")
    }

    /// One rotation, whose run is stopped again and again.
    private static func standStill(_ lone: LoneClient, upTo wanted: Int, _ tally: inout Tally)
        async throws
    {
        try await lone.succeed("start", LoneClient.id)
        let run = try lone.holdover.spawn(["run", "-q", "--wait", "60s"])
        while tally.stops < wanted {
            try await sleep(upTo: 150)
            guard await run.stop() else { break }
            guard try holdsLock(run) else {
                run.send(SIGCONT)
                continue
            }
            try await lone.refuse(["run"], exit: 11, "run-in-progress")
            try await lone.succeed("status", LoneClient.id)
            tally.stops += 1
            run.send(SIGCONT)
        }
        #expect(await run.wait() == .exited(0))
        tally.rotations += 1
        #expect(try await lone.rotation().state == "completed")
    }

    @Test(.timeLimit(.minutes(60)))
    func `a run that wakes up when the lock is gone and another has taken over commits nothing`()
        async throws
    {
        let tally = try await Self.inLanes { lone, wanted in
            var tally = Tally()
            while tally.stops < wanted { try await Self.overtake(lone, &tally) }
            try await lone.judge("after \(tally.stops) stops")
            return tally
        }
        #expect(tally.fenced > 0)
        Self.tell(
            "stopped, the lock taken away: \(tally.stops), \(tally.fenced) fenced, "
                + "\(tally.waited) with the journal's own lock held")
    }

    /// Shares the stops out among clients, each with a server and a state directory of its own.
    private static func inLanes(
        _ work: @escaping @Sendable (LoneClient, Int) async throws -> Tally
    ) async throws -> Tally {
        try await withThrowingTaskGroup(of: Tally.self) { group in
            for lane in 0..<lanes {
                let share = wanted / lanes + (lane < wanted % lanes ? 1 : 0)
                group.addTask {
                    var tally = Tally()
                    try await Workbench.open { bench in
                        tally = try await work(LoneClient(on: bench), share)
                    }
                    return tally
                }
            }
            return try await group.reduce(into: Tally()) { $0.add($1) }
        }
    }

    private struct Tally {
        var stops = 0
        var rotations = 0
        /// It said that a later run has taken over.
        var fenced = 0
        /// It stood in the midst of a transaction, which keeps everybody out.
        var waited = 0

        mutating func add(_ other: Tally) {
            stops += other.stops
            rotations += other.rotations
            fenced += other.fenced
            waited += other.waited
        }
    }

    private static func overtake(_ lone: LoneClient, _ tally: inout Tally) async throws {
        try await lone.succeed("start", LoneClient.id)
        let arguments = ["run", "-q", "--wait", "60s"]
        let run = try lone.holdover.spawn(arguments)
        try await sleep(upTo: 1_500)
        guard await run.stop(), try holdsLock(run) else {
            // Over already, or not yet at the door.
            run.send(SIGCONT)
            #expect(await run.wait() == .exited(0))
            return
        }
        tally.stops += 1
        // What people do who read that another run holds the directory, and look for a file.
        try FileManager.default.removeItem(atPath: lone.bench.at("state/holdover.lock"))
        let until = ["generate", "distribute", "verify", "revoke", "monitor"].randomElement() ?? ""
        let later = ["run", "--wait", "60s", "--until", until]
        let other = try lone.holdover.spawn(later)
        let isMidway = Bool.random()
        if isMidway { try await sleep(upTo: 400) } else { await other.wait() }
        run.send(SIGCONT)
        let outcomes = [
            try await lone.holdover.outcome(of: run, arguments),
            try await lone.holdover.outcome(of: other, later),
        ]
        let story: Comment = "stop \(tally.stops), midway \(isMidway): \(outcomes)"
        for outcome in outcomes {
            // 75: the one that stood had the journal's own lock, and nobody came past it.
            #expect([0, 11, 75].contains(outcome.exit), story)
            if outcome.exit == 75 {
                #expect(outcome.errors.contains("[journal-busy]"), story)
                tally.waited += 1
            }
            if outcome.errors.contains("[fenced]") { tally.fenced += 1 }
        }
        let last = try await lone.holdover.run(["run", "--wait", "60s"])
        #expect(last.exit == 0, "\(story)\n\(last)")
        #expect(try await lone.rotation().state == "completed", "\(story)\n\(last)")
        // Where a later run has written, an earlier one never writes again.
        let epochs = try await lone.audit().map(\.epoch)
        #expect(epochs == epochs.sorted(), story)
        try await lone.judge(story)
    }

    /// Whether it has the lock, by the kernel's own list (proc(5)): it may have been stopped on
    /// its way to it, or on its way out.
    private static func holdsLock(_ run: SpawnedProcess) throws -> Bool {
        let text = try String(contentsOfFile: "/proc/locks", encoding: .utf8)
        return text.split(separator: "\n").contains { line in
            let words = line.split(separator: " ")
            return words.contains("FLOCK") && words.contains("\(run.pid)")
        }
    }

    private static func sleep(upTo milliseconds: Int) async throws {
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...milliseconds)))
    }

    private static func tell(_ words: String) {
        FileHandle.standardError.write(Data("chaos, \(words)\n".utf8))
    }
}

extension SpawnedProcess {
    /// Stops it where it stands; false if it was over before.
    func stop() async -> Bool {
        send(SIGSTOP)
        return await eventually(within: .seconds(30), every: .milliseconds(1)) {
            ending != nil || state == "T"
        } && ending == nil
    }

    /// The letter that proc(5) has for it.
    private var state: Character? {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        return text.split(separator: ")").last?.split(separator: " ").first?.first
    }
}
