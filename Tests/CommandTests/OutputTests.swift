import Foundation
import ProcessTesting
import Testing

/// Output for programs, and output that is no terminal.
struct OutputTests {
    private struct Progress: Decodable {
        let type: String
        let schema: String
        let at: String
        let rotation: String
        let client: String
        let phase: String
        let event: String
        let state: String
    }

    private struct RunSummary: Decodable {
        let type: String
        let schema: String
        let driven: Int
        let completed: Int
        let waiting: Int
    }

    private struct Overview: Decodable {
        let schema: String
        let counts: [String: Int]
        let live: [Summary]
        let overdue: [String]
    }

    private struct Summary: Decodable {
        let rotation: String
        let client: String
        let state: String
        let phase: String?
        let startedAt: String
    }

    private struct Found: Decodable {
        let client: String
        let target: String
        let severity: String
        let code: String
        let message: String
    }

    private struct Verdict: Decodable {
        let lines: Int
        let head: String
    }

    private func decode<Value: Decodable>(
        _ text: String, at place: SourceLocation = #_sourceLocation
    )
        throws -> Value
    {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    @Test func `everything that is printed as JSON can be read`() async throws {
        try await Stage.open(plan: { plan, bench in
            plan.consumers.append(("web-2", bench.at("consumers/none")))
        }) { stage in
            let found: [Found] = try decode(try await stage.succeed("check", "--json").output)
            #expect(found.map(\.code) == ["consumer-silent"])
            let started: RotationDocument = try decode(
                try await stage.succeed("start", "billing", "--json").output)
            #expect(started.schema == "holdover.rotation.v1" && started.state == "running")
            let run = try await stage.succeed("run", "--json", "--wait", "2s")
            var printed = run.output.split(separator: "\n").map(String.init)
            let summary: RunSummary = try decode(printed.removeLast())
            #expect(summary.type == "summary" && summary.schema == "holdover.summary.v1")
            #expect(summary.driven == 1 && summary.waiting == 1 && summary.completed == 0)
            let lines: [Progress] = try printed.map { try decode($0) }
            #expect(lines.map(\.event).contains("done"))
            #expect(lines.allSatisfy { $0.schema == "holdover.progress.v1" })
            #expect(lines.allSatisfy { $0.type == "progress" && $0.client == "billing" })
            #expect(lines.map(\.phase).starts(with: ["create", "accept"]))
            let overview: Overview = try decode(try await stage.succeed("status", "--json").output)
            #expect(overview.schema == "holdover.status.v1" && overview.counts == ["running": 1])
            #expect(overview.live.map(\.client) == ["billing"] && overview.overdue == [])
            let one: RotationDocument = try decode(
                try await stage.succeed("explain", "billing", "--json").output)
            #expect(one.phase == "adopt" && one.reason == "adoption" && !one.needsPerson)
            #expect(one.rotation == started.rotation)
            let held: RotationDocument = try decode(
                try await stage.succeed("hold", "billing", "--json").output)
            #expect(held.state == "held" && held.needsPerson)
            let verdict: Verdict = try decode(
                try await stage.succeed("audit", "verify", "--json").output)
            #expect(verdict.lines > 5 && verdict.head.count == 64)
            let history: [Summary] = try decode(try await stage.succeed("history", "--json").output)
            #expect(history.count == 1)
        }
    }

    @Test func `errors have a JSON twin, at every run`() async throws {
        try await Stage.open { stage in
            try await stage.succeed("start", "billing")
            try await stage.succeed("hold", "billing", "--reason", "freeze")
            for _ in 1...2 {
                let outcome = try await stage.run("run", "--json")
                #expect(outcome.exit == 20, "\(outcome)")
                let summary: RunSummary = try decode(outcome.output)
                #expect(summary.driven == 0, "\(outcome)")
                let error: ErrorDocument = try decode(outcome.errors)
                #expect(error.error == "by-operator" && error.exit == 20, "\(outcome)")
                #expect(error.message.contains("freeze"), "\(outcome)")
                #expect(error.hint == "holdover explain billing", "\(outcome)")
            }
            let wrong = try await stage.run("start", "nobody", "--json")
            let error: ErrorDocument = try decode(wrong.errors)
            #expect(wrong.exit == 2 && error.error == "no-such-plan", "\(wrong)")
            let missing = try await stage.run(
                "status", "--json", environment: ["HOLDOVER_STATE_DIR": stage.bench.at("none")])
            let twin: ErrorDocument = try decode(missing.errors)
            #expect(missing.exit == 2 && twin.error == "journal-missing", "\(missing)")
            try await stage.expectUntouched()
        }
    }

    @Test func `nothing is coloured where there is no terminal, and no secret is ever shown`()
        async throws
    {
        try await Stage.open { stage in
            try await stage.succeed("check")
            try await stage.begin(until: "distribute")
            let new = try stage.stored()
            try await stage.succeed("status")
            try await stage.succeed("status", "billing")
            try await stage.succeed("explain", "billing")
            try await stage.expectCompletion()
            let rotation = try await stage.rotation().rotation
            try await stage.succeed("history", "--rotation", rotation)
            try await stage.succeed("audit", "export")
            let logs = try FileManager.default.contentsOfDirectory(atPath: stage.bench.logs)
                .filter { $0.contains("holdover-") }
            #expect(logs.count > 10)
            for log in logs {
                let text = try stage.bench.read("logs/\(log)")
                #expect(!text.contains("\u{1B}"), "\(log)")
                #expect(!text.contains(stage.old) && !text.contains(new), "\(log)")
                #expect(!text.contains(stage.server["OKTA_API_TOKEN"]), "\(log)")
            }
        }
    }

    @Test func `a damaged audit is told`() async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try await stage.expectCompletion()
            try await stage.run("audit", "verify", "--head", String(repeating: "ab", count: 32))
                .expectFailure(exit: 1, "audit-damaged")
        }
    }
}

extension HoldoverProcess.Outcome {
    /// Expects an exit code and an error's code, whatever was printed before.
    fileprivate func expectFailure(
        exit code: Int32, _ name: String, at place: SourceLocation = #_sourceLocation
    ) {
        #expect(exit == code, "\(self)", sourceLocation: place)
        #expect(errors.contains("[\(name)]"), "\(self)", sourceLocation: place)
    }
}
