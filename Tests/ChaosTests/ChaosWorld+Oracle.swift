import Foundation
import ProcessTesting
import Testing

extension ChaosWorld {
    /// What the stores hold, if they agree.
    func held(_ client: ChaosClient) async throws -> String {
        let secret = try text(client.rawFile)
        #expect(try text(client.jsonFile) == ChaosClient.json(secret))
        #expect(try await bao.get(client.id) == secret)
        return secret
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    /// Nothing of a rotation is left over, and nobody was locked out.
    ///
    /// `dead` is the secret that must be gone.
    func judge(
        _ client: ChaosClient, after rotation: Rotation, dead: String?, _ story: Comment
    ) async throws {
        let secret = try await held(client)
        let report = try await server.client(client.id)
        // A withdrawn secret is refused only after the server's own delay.
        let hasAgreed = try await eventually(within: .seconds(2)) {
            let now = try await server.client(client.id)
            return now.secrets.filter(\.isAccepted).map(\.id) == now.live.map(\.id)
        }
        #expect(hasAgreed, story)
        if report.live.count != 1 {
            let history = try await holdover.run(["history", "--rotation", rotation.rotation])
            Issue.record("\(story): \(report.live.count) live secrets: \(report) \(history)")
        }
        #expect(try await server.tokenStatus(client.dialect, client.id, secret) == 200, story)
        if let dead {
            #expect(secret != dead, story)
            #expect(try await server.tokenStatus(client.dialect, client.id, dead) != 200, story)
        }
        if client.dialect == .okta, rotation.state == "completed" {
            #expect(report.live.map(\.id) == [rotation.newCredential], story)
        }
        #expect(try client.files() == ["config.json", "secret"], story)
        for consumer in client.consumers {
            let stats = try consumer.stats()
            #expect(stats.failed == 0, "\(story): \(consumer.name): \(stats)")
            #expect(stats.unreadable == 0, "\(story): \(consumer.name): \(stats)")
            #expect(consumer.process.ending == nil, story)
        }
        let verdict = try await holdover.run(["audit", "verify"])
        #expect(verdict.exit == 0, "\(story): \(verdict)")
        try await checkJournal(story)
    }

    /// SQLite's own look at the journal, by its command-line tool where there is one.
    private func checkJournal(_ story: Comment) async throws {
        let journal = "\(bench.stateDirectory)/holdover.sqlite"
        let tool = "/usr/bin/sqlite3"
        guard FileManager.default.isExecutableFile(atPath: tool) else { return }
        let process = try bench.spawn(
            "sqlite3", tool, ["-readonly", journal, "PRAGMA integrity_check"])
        #expect(await process.wait() == .exited(0), story)
        #expect(try text(process.outputPath) == "ok\n", story)
    }

    /// How many operations were sent by a run that was killed before it could record the answer.
    func cutOperations() async throws -> Int {
        let audit = try await holdover.run(["audit", "export"])
        return audit.output.components(separatedBy: "-unknown\"").count - 1
    }
}
