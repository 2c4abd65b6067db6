import Foundation
import ProcessTesting
import Testing

/// The sealing key, and what `init` does and refuses.
struct KeyTests {
    @Test func `a missing, wrong or readable key stops everything but looking`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "generate")
            let key = stage.bench.keyPath
            let kept = try Data(contentsOf: URL(fileURLWithPath: key))

            try FileManager.default.removeItem(atPath: key)
            try await stage.run("run").expect(exit: 12, "seal-key-missing")
            #expect(!FileManager.default.fileExists(atPath: key), "a key was made")

            let other = HoldoverProcess(
                on: stage.bench,
                environment: ["HOLDOVER_STATE_DIR": stage.bench.at("other")])
            #expect(try await other.run(["init"]).exit == 0)
            try await stage.run("run").expect(exit: 12, "seal-key-wrong")

            try kept.write(to: URL(fileURLWithPath: key))
            try setMode(0o640, of: key)
            try await stage.run("run").expect(exit: 12, "seal-key-unreadable")
            try await stage.succeed("status")
            try await stage.succeed("explain", "billing")
            try await stage.expectBothAccepted()

            try setMode(0o600, of: key)
            try await stage.expectCompletion()
        }
    }

    @Test func `init never touches a journal or a key that is there`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "generate")
            let key = try Data(contentsOf: URL(fileURLWithPath: stage.bench.keyPath))
            try await stage.run("init").expect(exit: 2, "journal-exists")
            #expect(try Data(contentsOf: URL(fileURLWithPath: stage.bench.keyPath)) == key)
            let other = ["HOLDOVER_STATE_DIR": stage.bench.at("other")]
            let made = try await stage.run("init", environment: other)
            #expect(made.exit == 0, "\(made)")
            #expect(made.output.contains("was there already"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: stage.bench.keyPath)) == key)
            try await stage.expectCompletion()
        }
    }

    @Test func `a key in the state directory is refused before anything is made`() async throws {
        try await Workbench.open { bench in
            let holdover = HoldoverProcess(on: bench)
            let state = bench.at("new/state")
            let outcome = try await holdover.run([
                "init", "--state-dir", state, "--seal-key", "\(state)/seal.key",
            ])
            outcome.expect(exit: 2, "key-in-state")
            #expect(!FileManager.default.fileExists(atPath: state))
        }
    }

    @Test func `without init every command says what to type`() async throws {
        try await Workbench.open { bench in
            let holdover = HoldoverProcess(on: bench)
            for arguments in [
                ["status"], ["run"], ["history"], ["audit", "verify"], ["hold", "billing"],
            ] {
                let outcome = try await holdover.run(arguments)
                outcome.expect(exit: 2, "journal-missing")
                #expect(outcome.errors.contains("hint: holdover init"), "\(outcome)")
            }
        }
    }

    @Test func `the journal and the key are for their owner only`() async throws {
        try await Workbench.open { bench in
            let made = try await HoldoverProcess(on: bench).run(["init"])
            #expect(made.exit == 0, "\(made)")
            for path in [bench.keyPath, "\(bench.stateDirectory)/holdover.sqlite"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(path)")
            }
        }
    }
}

/// Sets the permissions of a file.
func setMode(_ mode: Int, of path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
}
