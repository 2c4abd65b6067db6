import Foundation
import ProcessTesting
import Testing

/// What is typed wrongly.
struct UsageTests {
    @Test(arguments: [
        (["run", "--nope"], "--nope", "holdover run --help"),
        (["run", "--wait", "soon"], "--wait takes a time", "holdover run --help"),
        (["run", "--jobs", "0"], "--jobs takes a number", "holdover run --help"),
        (["run", "--until", "rollback"], "--until takes", "holdover run --help"),
        (["approve"], "rotation", "holdover approve --help"),
        (["audit", "verify", "--nope"], "--nope", "holdover audit verify --help"),
        (
            ["resume", "billing", "--keep-plan", "--forward"], "choose one",
            "holdover resume --help"
        ),
    ])
    func `wrong usage is exit code 2 and says which help to read`(
        arguments: [String], words: String, help: String
    ) async throws {
        try await Workbench.open { bench in
            let outcome = try await HoldoverProcess(on: bench).run(arguments)
            outcome.expect(exit: 2, "usage", saying: words)
            #expect(outcome.errors.contains("hint: \(help)"), "\(outcome)")
            #expect(outcome.output.isEmpty, "\(outcome)")
            let twin = try await HoldoverProcess(on: bench).run(arguments + ["--json"])
            let error = try JSONDecoder().decode(
                ErrorDocument.self, from: Data(twin.errors.utf8))
            #expect(error.type == "error" && error.error == "usage" && error.exit == 2)
            #expect(error.message.contains(words) && error.hint.contains(help))
        }
    }

    @Test(arguments: [
        (["frobnicate"], "holdover --help"), (["statsu"], "did you mean holdover status?"),
    ])
    func `an unknown command is no command`(arguments: [String], hint: String) async throws {
        try await Workbench.open { bench in
            let outcome = try await HoldoverProcess(on: bench).run(arguments)
            outcome.expect(exit: 2, "usage", saying: arguments[0])
            #expect(outcome.errors.contains("hint: \(hint)"), "\(outcome)")
        }
    }

    @Test func `a misspelt client is never mistaken for one that is fine`() async throws {
        try await Stage.open { stage in
            // Known from its plan, at the first run already.
            try await stage.succeed("run", "--client", "billing")
            for arguments in [
                ["run", "--client", "biling"], ["status", "biling"], ["explain", "biling"],
                ["history", "biling"], ["hold", "biling"],
            ] {
                let outcome = try await stage.holdover.run(arguments)
                outcome.expect(exit: 2, "no-rotation", saying: "biling")
                #expect(outcome.errors.contains("hint: did you mean billing?"), "\(outcome)")
            }
            for word in ["start", "check"] {
                let outcome = try await stage.run(word, "biling")
                outcome.expect(exit: 2, "no-such-plan", saying: "biling")
                #expect(outcome.errors.contains("hint: did you mean billing?"), "\(outcome)")
            }
            let never = try await stage.run("status", "billing")
            never.expect(exit: 2, "no-rotation", saying: "no rotation yet")
            #expect(never.errors.contains("hint: holdover start billing"), "\(never)")
            try await stage.expectUntouched()
        }
    }

    @Test func `a misspelt key of a plan is named with its line`() async throws {
        try await Stage.open(plan: { plan, _ in plan.set("overlapp: 1s") }) { stage in
            let text = stage.plan.text.split(separator: "\n")
            let line = try #require(text.firstIndex { $0.hasPrefix("overlapp") }) + 1
            let words = "billing.yaml:\(line):1: unknown key \"overlapp\" (did you mean overlap?)"
            for arguments in [["check"], ["check", "--static"], ["start", "billing"], ["run"]] {
                let outcome = try await stage.holdover.run(arguments)
                outcome.expect(exit: 2, "unknown-key", saying: words)
            }
            try await stage.expectUntouched()
        }
    }

    @Test func `a wrong plan keeps no other client from going on`() async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try stage.bench.write("client: other\n", to: "plans/other.yaml")
            let outcome = try await stage.run("run", "--wait", "30s")
            #expect(outcome.exit == 3, "\(outcome)")
            #expect(outcome.errors.contains("plans/other.yaml"), "\(outcome)")
            try FileManager.default.removeItem(atPath: stage.bench.at("plans/other.yaml"))
            try await stage.expectCompletion()
        }
    }

    @Test func `a second rotation of a client is refused`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "generate")
            try await stage.run("start", "billing").expect(exit: 1, "rotation-under-way")
            try await stage.expectBothAccepted()
            try await stage.expectCompletion()
        }
    }

    @Test func `what is typed is escaped in the answer`() async throws {
        try await Stage.open { stage in
            for word in ["status", "explain", "check", "start"] {
                let outcome = try await stage.run(word, "\u{1B}[31mred\nholdover: state: fine")
                #expect(outcome.exit == 2, "\(outcome)")
                #expect(!outcome.errors.contains("\u{1B}"))
                #expect(outcome.errors.contains(#"\u{1b}[31mred\u{a}holdover"#), "\(outcome)")
            }
        }
    }

    @Test func `a plan that others may write is refused`() async throws {
        try await Stage.open { stage in
            let path = stage.bench.at("plans/billing.yaml")
            for mode in [0o606, 0o660] {
                try setMode(mode, of: path)
                for arguments in [["check"], ["start", "billing"], ["run"]] {
                    let outcome = try await stage.holdover.run(arguments)
                    outcome.expect(exit: 2, "writable-by-others", saying: "chmod")
                }
            }
            try setMode(0o600, of: path)
            try setMode(0o777, of: stage.bench.plansDirectory)
            try await stage.run("check").expect(exit: 2, "writable-by-others")
            try setMode(0o700, of: stage.bench.plansDirectory)
            try await stage.expectUntouched()
            try await stage.begin()
            try await stage.expectCompletion()
        }
    }
}
