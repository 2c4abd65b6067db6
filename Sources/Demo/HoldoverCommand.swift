import Foundation
import Synchronization

/// The command `holdover`, as a person types it, with everything it needs in its environment.
struct HoldoverCommand: Sendable {
    let path: String
    let environment: [String: String]
    let timeline: Timeline

    init(
        _ programs: Programs, on stage: DemoStage, at authority: PracticeAuthority,
        _ timeline: Timeline
    ) {
        path = programs.holdover
        self.timeline = timeline
        var values = [
            "HOLDOVER_STATE_DIR": stage.path("state"), "HOLDOVER_PLANS_DIR": stage.path("plans"),
            "HOLDOVER_SEAL_KEY_FILE": stage.path("key/seal.key"),
        ]
        for dialect in [Dialect.okta, .keycloak] {
            values[dialect.adminVariable] = authority[dialect.adminVariable]
        }
        environment = values
    }

    /// Runs it to its end before everybody's eyes, and throws where it fails.
    func show(_ arguments: String...) async throws {
        await timeline.prompt((["holdover"] + arguments).joined(separator: " "))
        let ending = try await program(arguments).run { line, _ in await timeline.quote(line) }
        try Task.checkCancellation()
        guard ending == .exited(0) else {
            throw DemoFailure("holdover \(arguments.first ?? "") ended with \(ending)")
        }
    }

    /// Runs it and reads the JSON that it prints.
    func read<Value: Decodable>(_ arguments: String...) async throws -> Value {
        let text = Mutex("")
        let ending = try await program(arguments + ["--json"]).run { line, _ in
            text.withLock { $0 += line + "\n" }
        }
        try Task.checkCancellation()
        guard ending == .exited(0) else {
            throw DemoFailure("holdover \(arguments.joined(separator: " ")) ended with \(ending)")
        }
        return try JSONDecoder().decode(Value.self, from: Data(text.withLock { $0 }.utf8))
    }

    /// Runs `holdover run` for a client; with a moment, kills it there as `kill -9` does.
    func run(_ client: String, killedAt moment: KillMoment?) async throws -> ChildProgram.Ending {
        let arguments = ["run", "--client", client, "--wait", "60s"]
        await timeline.prompt((["holdover"] + arguments).joined(separator: " "))
        let ending = try await program(arguments).run { line, kill in
            await timeline.quote(line)
            guard let moment, line.contains(moment.phrase) else { return }
            try? await Task.sleep(for: moment.delay)
            kill()
        }
        try Task.checkCancellation()
        return ending
    }

    private func program(_ arguments: [String]) -> ChildProgram {
        ChildProgram(path: path, arguments: arguments, environment: environment)
    }
}
