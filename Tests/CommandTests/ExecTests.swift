import Foundation
import ProcessTesting
import Testing

/// `holdover exec`.
struct ExecTests {
    private func run(
        _ stage: TokenStage, with options: [String] = [], _ command: [String],
        environment: [String: String] = [:]
    ) async throws -> HoldoverProcess.Outcome {
        try await stage.holdover.run(
            ["exec", TokenStage.client] + options + ["--"] + command, environment: environment)
    }

    @Test(arguments: [nil, "API_TOKEN"])
    func `the command has the token in a variable`(name: String?) async throws {
        try await TokenStage.open { stage in
            let token = try await stage.succeed([TokenStage.client])
            let option = name.map { ["--env", $0] } ?? []
            let outcome = try await run(stage, with: option, ["/usr/bin/env"])
            outcome.expectSuccess()
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.contains("\(name ?? "ACCESS_TOKEN")=\(token)"))
            #expect(lines.filter { $0.contains(token) }.count == 1)
            #expect(try await stage.asked() == 1)
        }
    }

    @Test func `variables that lead to secrets are taken away from it`() async throws {
        try await TokenStage.open { stage in
            let planned = try await run(
                stage, ["/usr/bin/env"], environment: stage.server.adminSecrets)
            planned.expectSuccess()
            #expect(!planned.output.contains("OKTA_API_TOKEN="), "the plan's admin")
            let outcome = try await stage.holdover.run(
                [
                    "exec", "--token-url", stage.server.tokenURL(.okta), "--client-id", "billing",
                    "--secret", "env:BILLING", "--", "/bin/sh", "-c",
                    "env; tr '\\0' ' ' < /proc/$$/cmdline",
                ], environment: ["BILLING": stage.secret, "OTHER": "kept"])
            outcome.expectSuccess()
            #expect(outcome.output.contains("OTHER=kept"), "\(outcome)")
            #expect(!outcome.output.contains("BILLING="))
            #expect(!outcome.output.contains(stage.secret))
        }
    }

    @Test func `both names of a Vault token are taken away from it`() async throws {
        try await TokenStage.open { stage in
            var plan = PlanText.of(
                .okta, TokenStage.client, at: stage.server,
                stores: [PlanText.file(stage.bench.at("secret"))])
            plan.set("soak: 1h")
            plan.server = plan.server.map {
                $0.replacing("env:OKTA_API_TOKEN", with: "vault:secret/okta#token")
            }
            try plan.write(on: stage.bench)
            let outcome = try await run(
                stage, ["/usr/bin/env"],
                environment: ["VAULT_TOKEN": "one", "BAO_TOKEN": "other", "BAO_ADDR": "kept"])
            outcome.expectSuccess()
            #expect(outcome.output.contains("BAO_ADDR=kept"), "\(outcome)")
            #expect(!outcome.output.contains("_TOKEN=o"), "\(outcome)")
        }
    }

    @Test(arguments: [[], ["--file-env", "TOKEN_FILE"]])
    func `arguments and variables that aren't UTF-8 arrive as they are`(options: [String])
        async throws
    {
        try await TokenStage.open { stage in
            let shell = #"X="$(printf 'a\351b')" exec "$@" "$(printf 'caf\351.txt')""#
            let holdover = HoldoverProcess(
                on: stage.bench, through: ["/bin/sh", "-c", shell, "sh"])
            let outcome = try await holdover.run(
                ["exec", TokenStage.client] + options + [
                    "--", "/bin/sh", "-c", "printf %s $X $1 | od -An -tx1", "sh",
                ])
            outcome.expectSuccess()
            let bytes = outcome.output.split(separator: "\n").first ?? ""
            #expect(bytes == " 61 e9 62 63 61 66 e9 2e 74 78 74", "\(outcome)")
        }
    }

    @Test func `it takes the place of the command, and leaves it as it was started`() async throws {
        try await TokenStage.open { stage in
            // The signals up to 28; those of the C library itself are above.
            let signals = #"sed -nE 's/^(Sig(Blk|Ign)):.*(.{7})$/\1 \3/p' /proc/self/status"#
            let shell = "echo $$; umask; ulimit -c; \(signals); ls /proc/self/fd; exit 7"
            let process = try stage.holdover.spawn(
                ["exec", TokenStage.client, "--", "/bin/sh", "-c", shell])
            let outcome = try await stage.holdover.outcome(of: process, ["exec"])
            #expect(outcome.exit == 7 && outcome.errors.isEmpty, "\(outcome)")
            let plain = try stage.bench.spawn("sh", "/bin/sh", ["-c", shell])
            await plain.wait()
            let expected = try String(contentsOfFile: plain.outputPath, encoding: .utf8)
            // The process id is the one that was spawned, in both.
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.first == "\(process.pid)", "\(outcome)")
            #expect(lines.contains { $0.hasPrefix("SigIgn ") }, "\(outcome)")
            #expect(lines.dropFirst() == expected.split(separator: "\n").dropFirst(), "\(outcome)")
        }
    }

    @Test func `a file with the token is there for as long as the command`() async throws {
        try await TokenStage.open { stage in
            let token = try await stage.succeed([TokenStage.client])
            let outcome = try await run(
                stage, with: ["--file-env", "TOKEN_FILE"],
                ["/bin/sh", "-c", "stat -c %a $TOKEN_FILE; cat $TOKEN_FILE; env; exit 3"])
            #expect(outcome.exit == 3 && outcome.errors.isEmpty, "\(outcome)")
            #expect(outcome.output.hasPrefix("600\n\(token)"), "\(outcome)")
            #expect(!outcome.output.dropFirst(4 + token.count).contains(token), "\(outcome)")
            #expect(try left(stage) == [])
        }
    }

    private func left(_ stage: TokenStage) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: stage.bench.scratch)
    }

    @Test(
        arguments: [[], ["--file-env", "TOKEN_FILE"]],
        [SIGTERM, SIGUSR1, SIGPWR, SIGSTKFLT, 40])
    func `signals reach the command`(options: [String], number: Int32) async throws {
        try await TokenStage.open { stage in
            let shell = "trap 'exit 42' USR1; echo ready; while :; do sleep 0.05; done"
            let process = try stage.holdover.spawn(
                ["exec", TokenStage.client] + options + ["--", "/bin/sh", "-c", shell])
            let isReady = try await eventually(within: .seconds(30)) {
                try String(contentsOfFile: process.outputPath, encoding: .utf8).contains("ready")
            }
            #expect(isReady)
            process.send(number)
            let ending = await process.wait()
            #expect(ending == (number == SIGUSR1 ? .exited(42) : .signalled(number)))
            #expect(try left(stage) == [])
        }
    }

    @Test func `what can't be run isn't, and nobody is asked for a token`() async throws {
        try await TokenStage.open { stage in
            let missing = try await run(stage, ["no-such-command", "--json"])
            missing.expect(exit: 2, "command-not-run", saying: "no-such-command")
            let none = try await stage.holdover.run(["exec", TokenStage.client])
            none.expect(exit: 2, "usage", saying: "behind --")
            let both = try await run(
                stage, with: ["--env", "A", "--file-env", "B"], ["/bin/true"])
            both.expect(exit: 2, "usage", saying: "choose one")
            #expect(try await stage.asked() == 0)
            try stage.bench.write(Stage.makeSecret(), to: "secret")
            let marker = stage.bench.at("ran")
            let refused = try await run(stage, ["/usr/bin/touch", marker])
            refused.expect(exit: 4, "client-refused")
            #expect(!FileManager.default.fileExists(atPath: marker))
        }
    }
}
