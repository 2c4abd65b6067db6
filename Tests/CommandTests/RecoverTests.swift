import Foundation
import ProcessTesting
import Testing

/// A journal that was put back from a backup, and one that is gone.
struct RecoverTests {
    /// What `recover --json` says.
    private struct Report: Decodable {
        struct Client: Decodable {
            struct Secret: Decodable { let id, owner: String; let isInStores: Bool? }
            struct Store: Decodable { let name, holds: String }
            let client: String
            let phase: String?
            let secrets: [Secret]
            let stores: [Store]
        }
        let frozen: String?
        let accepted: Bool
        let held: [String]
        let clients: [Client]
    }

    private func report(_ stage: Stage, _ arguments: String..., exit: Int32) async throws -> Report
    {
        let outcome = try await stage.holdover.run(["recover", "--json"] + arguments)
        #expect(outcome.exit == exit, "\(outcome)")
        return try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    }

    private func database(_ stage: Stage) -> String {
        "\(stage.bench.stateDirectory)/holdover.sqlite"
    }

    /// Puts back what the journal was before `body`.
    private func restoring(_ stage: Stage, _ body: () async throws -> Void) async throws {
        let backup = stage.bench.at("backup.sqlite")
        try FileManager.default.copyItem(atPath: database(stage), toPath: backup)
        try await body()
        try FileManager.default.removeItem(atPath: database(stage))
        try FileManager.default.copyItem(atPath: backup, toPath: database(stage))
    }

    @Test func `a restored journal moves nothing until a person says so, and then goes on`()
        async throws
    {
        try await Stage.open { stage in
            try await stage.begin(until: "generate")
            try await restoring(stage) {
                try await stage.succeed("run", "--wait", "30s", "--until", "distribute")
            }
            let new = try stage.stored()
            #expect(new != stage.old)

            try await stage.run("run").expect(exit: 12, "journal-older-than-world")
            try await stage.run("start", "billing").expect(exit: 12, "journal-older-than-world")
            try await stage.run("hold", "billing").expect(exit: 12, "journal-older-than-world")
            let status = try await stage.succeed("status")
            #expect(status.output.hasPrefix("frozen: "), "\(status)")
            #expect(try stage.stored() == new)

            let found = try await report(stage, exit: 20)
            #expect(found.frozen == "journal-older-than-world" && !found.accepted)
            let client = try #require(found.clients.first)
            #expect(client.stores.map(\.holds) == ["new"])
            #expect(client.secrets.map(\.owner).sorted() == ["recorded-new", "recorded-old"])
            try await stage.run("run").expect(exit: 12, "journal-older-than-world")

            let taken = try await report(stage, "--accept", "--reason", "disk", exit: 0)
            #expect(taken.accepted && taken.held.count == 1)
            let held = try await stage.rotation()
            #expect(held.state == "held" && held.reason == "recovered" && held.needsPerson)
            try await stage.run("run").expect(exit: 20, "recovered")
            #expect(try stage.stored() == new)
            let audit = try await stage.succeed("audit", "export")
            #expect(audit.output.contains("anchor-sequence"), "\(audit)")

            try await stage.succeed("resume", "billing")
            try await stage.expectCompletion()
            try await stage.run("recover", "--accept", "--reason", "again").expect(
                exit: 2, "nothing-to-recover")
        }
    }

    @Test func `a journal from before the creation finds a secret it doesn't know, and holds`()
        async throws
    {
        try await Stage.open { stage in
            try await stage.succeed("start", "billing")
            try await restoring(stage) {
                try await stage.succeed("run", "--wait", "30s", "--until", "distribute")
            }
            let new = try stage.stored()
            let found = try await report(stage, exit: 20)
            #expect(found.clients.first?.phase == "create")
            #expect(found.clients.first?.secrets.count == 2)
            _ = try await report(stage, "--accept", "--reason", "disk", exit: 0)
            try await stage.succeed("resume", "billing")
            try await stage.run("run").expect(exit: 20, "slot-occupied")
            #expect(try stage.stored() == new)
            try await stage.expectBothAccepted()
        }
    }

    @Test func `a missing anchor stops everything but looking`() async throws {
        try await Stage.open { stage in
            let key = URL(fileURLWithPath: stage.bench.keyPath).deletingLastPathComponent().path
            let names = try FileManager.default.contentsOfDirectory(atPath: key)
            let anchor = try #require(names.first { $0.hasPrefix("holdover-anchor-") })
            try FileManager.default.removeItem(atPath: "\(key)/\(anchor)")
            try await stage.run("run").expect(exit: 12, "anchor-missing")
            try await stage.succeed("status")
            #expect(!FileManager.default.fileExists(atPath: "\(key)/\(anchor)"))
            try await stage.succeed("recover", "--accept", "--reason", "lost it")
            try await stage.succeed("run")
        }
    }

    @Test func `a journal that is gone is made anew by a person only, and nothing is touched`()
        async throws
    {
        try await Stage.open { stage in
            try await stage.begin(until: "distribute")
            let new = try stage.stored()
            try FileManager.default.removeItem(atPath: database(stage))
            try await stage.run("init").expect(exit: 12, "journal-lost")
            #expect(!FileManager.default.fileExists(atPath: database(stage)))
            let key = try Data(contentsOf: URL(fileURLWithPath: stage.bench.keyPath))

            let found = try await report(stage, exit: 20)
            let client = try #require(found.clients.first)
            #expect(client.secrets.count == 2 && client.stores.map(\.holds) == ["a-secret"])
            #expect(client.secrets.count { $0.isInStores == true } == 1)
            #expect(!FileManager.default.fileExists(atPath: database(stage)))

            let words = try await stage.succeed("recover", "--accept", "--reason", "disk died")
            #expect(words.output.contains("servers and stores were not touched"), "\(words)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: stage.bench.keyPath)) == key)
            #expect(try stage.stored() == new)
            try await stage.expectBothAccepted()
            let status = try await stage.succeed("status")
            #expect(!status.output.contains("frozen"), "\(status)")
            try await stage.succeed("run")
            try await stage.succeed("audit", "verify")
        }
    }
}
