import Foundation
import ProcessTesting
import Testing

/// Whole rotations at real servers that hold one secret for each client.
@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 asks for them"), .serialized)
struct RealSingleSecretTests {
    @Test(arguments: RealStage.single)
    func `the secret is replaced, and the consumers go on with the new one`(name: String)
        async throws
    {
        try await RealStage.openSingle(name) { stage in
            try await stage.succeed("start", RealStage.client)
            try await stage.succeed("run", "--wait", "120s")
            try await stage.expectCompletion(mayFail: true)
        }
    }

    @Test(arguments: RealStage.single)
    func `a candidate is staged first, and no request fails`(name: String) async throws {
        try await RealStage.openSingle(
            name, rule: "strategy: pre-stage", layout: .twofold
        ) { stage in
            try await stage.succeed("start", RealStage.client)
            try await stage.succeed("run", "--wait", "120s")
            try await stage.expectCompletion(mayFail: false)
        }
    }

    @Test(arguments: RealStage.single)
    func `a rollback puts the old secret back`(name: String) async throws {
        try await RealStage.openSingle(name) { stage in
            try await stage.succeed("start", RealStage.client)
            try await stage.succeed("run", "--wait", "120s", "--until", "distribute")
            let new = try stage.stored()
            #expect(new != stage.old)
            try await stage.succeed("rollback", RealStage.client, "--reason", "test")
            try await stage.succeed("run", "--wait", "120s")
            #expect(try stage.stored() == stage.old)
            #expect(try await stage.tokenStatus(stage.old) == 200)
            #expect(try await stage.tokenStatus(new) != 200)
        }
    }
}
