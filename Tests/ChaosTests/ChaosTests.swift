import Foundation
import ProcessTesting
import Testing

/// Real processes, real stores, and SIGKILL at random moments.
///
/// `HOLDOVER_CHAOS_KILLS` says how many, `HOLDOVER_CHAOS_SEED` replays the dice (not the machine's
/// timing). `HOLDOVER_SKIP_OPENBAO=1` skips all of it.
@Suite(.serialized, .disabled(if: OpenBaoProcess.isSkipped, "HOLDOVER_SKIP_OPENBAO=1"))
struct ChaosTests {
    private static let settings = ChaosSettings()

    @Test(.timeLimit(.minutes(20)))
    func `killed at any moment, a rotation ends with one secret and no consumer locked out`()
        async throws
    {
        let wanted = Self.settings.kills * 3 / 4
        try await Self.withClients(salt: 1) { world, clients, dice in
            var (kills, rotations) = (0, 0)
            while kills < wanted {
                let client = clients[rotations % 2]
                let isConfused = rotations % 4 >= 2
                if isConfused { try await world.confuse(client, by: &dice) }
                let old = try await world.held(client)
                let budget = min(Int.random(in: 8...15, using: &dice), wanted - kills)
                let done = try await Self.torment(world, client, kills: budget, &dice)
                let rotation = try await world.finish(client)
                try await world.calm()
                kills += done
                rotations += 1
                let story: Comment =
                    "seed \(Self.settings.seed), rotation \(rotations), \(done) kills"
                #expect(rotation.state == "completed", story)
                try await world.judge(client, after: rotation, dead: old, story)
            }
            try await Self.tell(world, clients, kills, rotations, "forward")
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `killed at any moment, a rollback ends with the old secret and no consumer locked out`()
        async throws
    {
        let wanted = Self.settings.kills - Self.settings.kills * 3 / 4
        try await Self.withClients(salt: 2) { world, clients, dice in
            var (kills, rotations) = (0, 0)
            while kills < wanted {
                let client = clients[rotations % 2]
                let old = try await world.held(client)
                try await world.start(client)
                let steps = ["generate", "distribute", "verify"]
                let step = steps.randomElement(using: &dice) ?? "verify"
                let ran = try await world.holdover.run(
                    ["run", "--wait", "20s", "--until", step, "--client", client.id])
                try #require(ran.exit == 0, "\(ran)")
                if rotations % 4 >= 2 { try await world.confuse(client, by: &dice) }
                kills += try await Self.killRollback(world, client, &dice)
                kills += try await Self.killRuns(
                    world, client, kills: Int.random(in: 3...8, using: &dice), &dice)
                let rotation = try await world.finish(client)
                try await world.calm()
                rotations += 1
                let story: Comment =
                    "seed \(Self.settings.seed), rollback \(rotations) after \(step)"
                #expect(rotation.state == "abandoned", story)
                #expect(try await world.held(client) == old, story)
                try await world.judge(client, after: rotation, dead: nil, story)
            }
            try await Self.tell(world, clients, kills, rotations, "back")
        }
    }

    @Test func `a file that a killed write left behind is gone after a rollback`() async throws {
        try await Self.withClients(salt: 3) { world, clients, _ in
            let client = clients[0]
            var wasCut = false
            for _ in 0..<20 where !wasCut {
                try await world.start(client)
                let ran = try await world.holdover.run(
                    ["run", "--wait", "20s", "--until", "generate", "--client", client.id])
                try #require(ran.exit == 0, "\(ran)")
                let process = try world.holdover.spawn(["run", "--client", client.id])
                await client.seesTemporaryFile(of: process)
                process.send(SIGKILL)
                await process.wait()
                wasCut = try client.files().contains { $0.hasSuffix(".tmp") }
                let asked = try await world.holdover.run(["rollback", client.id])
                try #require(asked.exit == 0, "\(asked)")
                let rotation = try await world.finish(client)
                #expect(rotation.state == "abandoned")
                try await world.judge(client, after: rotation, dead: nil, "cut: \(wasCut)")
            }
            #expect(wasCut, "no kill fell between the making of a file and its renaming")
        }
    }

    private static func withClients(
        salt: UInt64,
        _ body: (ChaosWorld, [ChaosClient], inout SeededGenerator) async throws -> Void
    ) async throws {
        var dice = SeededGenerator(seed: settings.seed &+ salt &* 1_000_003)
        try await Workbench.open { bench in
            let world = try await ChaosWorld(on: bench)
            var clients: [ChaosClient] = []
            for dialect in PracticeServerProcess.Dialect.golden {
                clients.append(
                    try await ChaosClient(dialect, secret: dice.secret(), in: world))
            }
            try await body(world, clients, &dice)
        }
    }

    /// Begins a rotation and kills what drives it, until it is over or was killed often enough.
    private static func torment(
        _ world: ChaosWorld, _ client: ChaosClient, kills: Int, _ dice: inout SeededGenerator
    ) async throws -> Int {
        let before = try await world.rotation(of: client)?.rotation
        let delay = Duration.milliseconds(Int.random(in: 5...120, using: &dice))
        let wasKilled = try await world.kill(["start", client.id], after: delay)
        if try await world.rotation(of: client)?.rotation == before {
            try await world.start(client)
        }
        let more = try await killRuns(
            world, client, kills: kills - (wasKilled ? 1 : 0), &dice)
        return more + (wasKilled ? 1 : 0)
    }

    private static func killRuns(
        _ world: ChaosWorld, _ client: ChaosClient, kills: Int, _ dice: inout SeededGenerator
    ) async throws -> Int {
        for done in 0..<max(kills, 0) {
            let delay = Duration.milliseconds(Int.random(in: 30...300, using: &dice))
            let wasKilled = try await world.kill(
                ["run", "-q", "--wait", "60s", "--client", client.id], after: delay)
            guard wasKilled else { return done }
            // Also shows that reading works after whatever the kill left behind.
            if done % 3 == 2, try await world.rotation(of: client)?.isOver == true {
                return done + 1
            }
        }
        return max(kills, 0)
    }

    /// Asks for a rollback, killed perhaps, and asks again until it is on record.
    private static func killRollback(
        _ world: ChaosWorld, _ client: ChaosClient, _ dice: inout SeededGenerator
    ) async throws -> Int {
        let delay = Duration.milliseconds(Int.random(in: 5...120, using: &dice))
        let wasKilled = try await world.kill(["rollback", client.id], after: delay)
        // What was recorded before the kill counts, and may have been answered too: asked for
        // again, it is had all the same.
        let asked = try await world.holdover.run(["rollback", client.id])
        try #require(asked.exit == 0, "\(asked)")
        return wasKilled ? 1 : 0
    }

    private static func tell(
        _ world: ChaosWorld, _ clients: [ChaosClient], _ kills: Int, _ rotations: Int,
        _ way: String
    ) async throws {
        var requests = 0
        for consumer in clients.flatMap(\.consumers) { requests += try consumer.stats().requests }
        let cut = try await world.cutOperations()
        let figures =
            "chaos, \(way): seed \(settings.seed), \(kills) kills in \(rotations) rotations, "
            + "\(cut) operations of unknown outcome, \(requests) token requests\n"
        FileHandle.standardError.write(Data(figures.utf8))
        #expect(requests > 0)
    }
}
