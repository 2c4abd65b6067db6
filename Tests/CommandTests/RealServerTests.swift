import Foundation
import ProcessTesting
import Testing

/// Whole rotations at real servers, with consumers that fetch tokens all the time.
@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 asks for them"), .serialized)
struct RealServerTests {
    @Test func `a rotation at a real buntubi is completed, and no consumer fails`() async throws {
        try await RealStage.openBuntubi { stage in
            try await stage.succeed("start", RealStage.client)
            try await stage.succeed("run", "--wait", "60s")
            try await stage.expectCompletion()
        }
    }

    @Test func `two rotations in a row at a real buntubi leave one secret`() async throws {
        try await RealStage.openBuntubi { stage in
            for _ in 1...2 {
                try await stage.succeed("start", RealStage.client)
                try await stage.succeed("run", "--wait", "60s")
            }
            try await stage.expectCompletion()
            #expect(try await stage.activeSecretsOfBuntubi() == 1)
        }
    }

    @Test func `a rollback at a real buntubi is held with both accepted, and leads forward`()
        async throws
    {
        try await RealStage.openBuntubi { stage in
            try await stage.succeed("start", RealStage.client)
            try await stage.succeed("run", "--wait", "60s", "--until", "distribute")
            let new = try stage.stored()
            try await stage.succeed("rollback", RealStage.client, "--reason", "test")
            try await stage.run("run", "--wait", "60s").expect(
                exit: 20, "cannot-withdraw", saying: "it is accepted until 2")
            #expect(try stage.stored() == stage.old)
            for secret in [stage.old, new] { #expect(try await stage.tokenStatus(secret) == 200) }
            try await stage.succeed("resume", RealStage.client, "--forward")
            try await stage.succeed("run", "--wait", "60s")
            try await stage.expectCompletion()
        }
    }

    @Test(.enabled(if: Sabotage.obstacle == nil, "processes can't be traced here"))
    func `killed at whichever call on a socket, a rotation at a real buntubi makes one secret`()
        async throws
    {
        try await RealStage.openBuntubi { stage in
            // Nothing but sockets, and what is read from them, so that answers are lost, too.
            let paths = [stage.bench.at("nothing")]
            var isKilled = true
            var point = 0
            while isKilled {
                point += 1
                try await stage.succeed("start", RealStage.client)
                let sabotage = Sabotage(
                    .kill, at: point, paths: paths, sockets: true, looks: true,
                    report: stage.bench.at("sabotage"))
                let outcome = try await stage.holdover.run(
                    ["run", "--wait", "60s", "--until", "generate"], under: sabotage)
                isKilled = outcome.ending == .signalled(SIGKILL)
                #expect(isKilled || outcome.exit == 0, "\(outcome)")
                try await stage.succeed("run", "--wait", "60s")
                #expect(try await stage.activeSecretsOfBuntubi() == 1, "at call \(point)")
            }
            #expect(point > 10)
            try await stage.expectCompletion()
        }
    }

    @Test func `a real canaille holds one secret, so that a rotation is refused and leaves it`()
        async throws
    {
        try await RealStage.openCanaille(rule: "exclusive: true") { stage in
            let outcome = try await stage.run("start", RealStage.client)
            #expect(outcome.exit != 0 && outcome.errors.contains("allow_outage"), "\(outcome)")
            #expect(try await stage.tokenStatus(stage.old) == 200)
            #expect(try stage.consumers.allSatisfy { try $0.stats().failed == 0 })
        }
    }

    @Test func `where the plan allows the outage, a real canaille's secret is replaced`()
        async throws
    {
        try await RealStage.openCanaille(rule: "allow_outage: true") { stage in
            try await stage.succeed("start", RealStage.client)
            try await stage.succeed("run", "--wait", "60s")
            try await stage.expectCompletion(mayFail: true)
        }
    }

    @Test func `a rollback puts the old secret of a real canaille back`() async throws {
        try await RealStage.openCanaille(rule: "allow_outage: true") { stage in
            try await stage.succeed("start", RealStage.client)
            try await stage.succeed("run", "--wait", "60s", "--until", "distribute")
            let new = try stage.stored()
            #expect(new != stage.old)
            try await stage.succeed("rollback", RealStage.client, "--reason", "test")
            try await stage.succeed("run", "--wait", "60s")
            #expect(try stage.stored() == stage.old)
            #expect(try await stage.tokenStatus(stage.old) == 200)
            #expect(try await stage.tokenStatus(new) == 401)
        }
    }
}
