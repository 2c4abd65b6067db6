import Foundation
import ProcessTesting

/// What the real command did to files in two rotations, a rollback and a recovery.
struct GoldenRecording: Sendable {
    let recording: Recording
    /// All secrets that were in it, by name.
    let secrets: [String: String]
    /// How much strace wrote of a run that goes forward, and of one that goes back.
    let forward, back: Int

    /// Runs the commands against a practice server, with consumers.
    static func make(seed: UInt64) async throws -> GoldenRecording {
        try await Workbench.open { bench in
            var dice = SeededGenerator(seed: seed)
            let server = try await PracticeServerProcess.start(on: bench)
            try await server.allowKeycloakRotation()
            let root = try bench.directory("world")
            let environment = [
                "OKTA_API_TOKEN": server["OKTA_API_TOKEN"],
                "KEYCLOAK_ADMIN_CLIENT_SECRET": server["KEYCLOAK_ADMIN_CLIENT_SECRET"],
            ]
            var secrets = environment
            var clients: [PowerLossClient] = []
            for dialect in PracticeServerProcess.Dialect.golden {
                let secret = dice.secret()
                secrets["the first of \(dialect)"] = secret
                clients.append(
                    try await PowerLossClient(
                        dialect, "power-\(dialect)", secret: secret, root: root, at: server,
                        on: bench))
            }
            let holdover = TracedHoldover(on: bench, root: root, environment: environment)
            var recording = try Recording(root: root)
            try await holdover.run("init", into: &recording)
            var forward = 0
            for client in clients {
                try await holdover.run("start", client.id, into: &recording)
                forward = try await holdover.run("run", "--wait", "60s", into: &recording)
                secrets["the second of \(client.dialect)"] = try client.held()
            }
            let back = try await rollBack(clients[0], holdover, &recording)
            try await recover(clients[1], holdover, &recording)
            secrets["the third of \(clients[1].dialect)"] = try clients[1].held()
            return GoldenRecording(
                recording: recording, secrets: secrets, forward: forward, back: back)
        }
    }

    private static func rollBack(
        _ client: PowerLossClient, _ holdover: TracedHoldover, _ recording: inout Recording
    ) async throws -> Int {
        try await holdover.run("start", client.id, into: &recording)
        try await holdover.run(
            "run", "--wait", "60s", "--until", "distribute", into: &recording)
        try await holdover.run("rollback", client.id, into: &recording)
        return try await holdover.run("run", "--wait", "60s", into: &recording)
    }

    /// The journal is put back while a rotation is under way, and a person says go on.
    private static func recover(
        _ client: PowerLossClient, _ holdover: TracedHoldover, _ recording: inout Recording
    ) async throws {
        try await holdover.run("start", client.id, into: &recording)
        try await holdover.run("run", "--wait", "60s", "--until", "generate", into: &recording)
        let journal = URL(fileURLWithPath: "\(recording.root)/\(WorldPaths.journal)")
        let backup = try Data(contentsOf: journal)
        try await holdover.run("run", "--wait", "60s", "--until", "distribute", into: &recording)
        try recording.restore(WorldPaths.journal, backup)
        try await holdover.run("recover", "--accept", "--reason", "a new disk", into: &recording)
        try await holdover.run("resume", client.id, into: &recording)
        try await holdover.run("run", "--wait", "60s", into: &recording)
    }
}
