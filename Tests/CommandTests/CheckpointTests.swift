import Foundation
import ProcessTesting
import Testing

/// `audit checkpoint`, `audit public-key` and `audit verify --against`.
struct CheckpointTests {
    private struct Verdict: Decodable {
        let lines: Int64
        let fault: String?
    }

    private func fault(_ stage: Stage, _ arguments: String...) async throws -> String? {
        let all = ["audit", "verify", "--json"] + arguments
        let outcome = try await stage.holdover.run(all)
        let verdict = try JSONDecoder().decode(Verdict.self, from: Data(outcome.output.utf8))
        #expect((verdict.fault == nil) == (outcome.exit == 0), "\(outcome)")
        return verdict.fault
    }

    @Test func `a checkpoint is checked offline, with the public key alone`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "generate")
            let line = try await stage.succeed("audit", "checkpoint").output
            #expect(
                line.hasPrefix("holdover-checkpoint-v1 ") && line.split(separator: " ").count == 7)
            let publicKey = try await stage.succeed("audit", "public-key").output
            let checkpoint = try stage.bench.write(line, to: "checkpoint")
            let key = try stage.bench.write(publicKey, to: "checkpoint.pub")
            try await stage.succeed("run", "--wait", "30s", "--until", "distribute")
            #expect(try await fault(stage, "--against", checkpoint) == nil)

            try FileManager.default.removeItem(atPath: stage.bench.keyPath)
            #expect(try await fault(stage, "--against", checkpoint, "--public-key", key) == nil)
            let without = try await stage.run("audit", "verify", "--against", checkpoint)
            without.expect(exit: 12, "seal-key-missing")

            let forged = try stage.bench.write(
                line.replacing("holdover-checkpoint-v1 0", with: "holdover-checkpoint-v1 1"),
                to: "forged")
            #expect(
                try await fault(stage, "--against", forged, "--public-key", key)
                    == "bad-signature")
            try await stage.run("audit", "verify", "--against", key).expect(
                exit: 2, "no-checkpoint")
            try await stage.run(
                "audit", "verify", "--against", checkpoint, "--public-key", checkpoint
            ).expect(exit: 2, "no-public-key")
        }
    }

    @Test func `a journal from before a checkpoint is truncated`() async throws {
        try await Stage.open { stage in
            let database = "\(stage.bench.stateDirectory)/holdover.sqlite"
            let early = try Data(contentsOf: URL(fileURLWithPath: database))
            try await stage.begin(until: "generate")
            let line = try await stage.succeed("audit", "checkpoint").output
            let checkpoint = try stage.bench.write(line, to: "checkpoint")
            try early.write(to: URL(fileURLWithPath: database))
            #expect(try await fault(stage, "--against", checkpoint) == "truncated")
        }
    }
}
