import Foundation
import ProcessTesting
import Testing

/// One rotation that a power loss stops, and that the command then takes to its end.
///
/// The process is killed first, so that the server is what it was at that moment; then its files
/// are replaced by what a power loss would have left of them.
struct PowerLossTrial: Sendable {
    let number: Int
    let seed: UInt64
    let bench: Workbench
    let server: PracticeServerProcess

    private var dialect: PracticeServerProcess.Dialect { number % 2 == 0 ? .okta : .keycloak }
    /// Every fifth goes back instead of on.
    var goesBack: Bool { number % 5 == 4 }

    struct NotOver: Error, CustomStringConvertible { let description: String }

    /// The process is killed once strace has written so many `bytes`; whether that was in time.
    func run(until bytes: Int) async throws -> Bool {
        var dice = SeededGenerator(seed: seed &+ UInt64(number) &* 104_729)
        let root = try bench.directory("trial-\(number)")
        let environment = [
            "OKTA_API_TOKEN": server["OKTA_API_TOKEN"],
            "KEYCLOAK_ADMIN_CLIENT_SECRET": server["KEYCLOAK_ADMIN_CLIENT_SECRET"],
        ]
        let client = try await PowerLossClient(
            dialect, "trial-\(number)", secret: dice.secret(), root: root, at: server, on: bench)
        let holdover = TracedHoldover(on: bench, root: root, environment: environment)
        var recording = try Recording(root: root)
        try await holdover.run("init", into: &recording)
        try await holdover.run("start", client.id, into: &recording)
        if goesBack {
            try await holdover.run(
                "run", "--wait", "60s", "--until", "verify", into: &recording)
            try await holdover.run("rollback", client.id, into: &recording)
        }
        let wasKilled = try await kill(holdover, after: bytes, into: &recording)
        var disk = WeakDisk(recording.beginning)
        recording.operations.forEach { disk.apply($0) }
        let manner = WeakDisk.Manner.allCases.randomElement(using: &dice) ?? .nothing
        try disk.image(manner, &dice).put(at: root)
        let story = "trial \(number), seed \(seed), \(bytes) bytes, \(manner)"
        try await finish(client, holdover.untraced, story)
        return wasKilled
    }

    private func kill(
        _ holdover: TracedHoldover, after bytes: Int, into recording: inout Recording
    ) async throws -> Bool {
        let trace = bench.at("trace-of-\(number)")
        let process = try holdover.spawn(["run", "--wait", "60s"], trace: trace)
        var watcher: pid_t?
        _ = await eventually(within: .seconds(30), every: .milliseconds(1)) {
            watcher = TracedHoldover.watcher(of: process)
            return watcher != nil || process.ending != nil
        }
        await Self.watch(process, trace, bytes)
        process.send(SIGKILL)
        let ending = await process.wait()
        try recording.append(
            try await holdover.trace(trace, of: process, watchedBy: watcher), of: "run")
        defer { try? FileManager.default.removeItem(atPath: trace) }
        return ending == .signalled(SIGKILL)
    }

    /// Looks without a pause until strace has written so much, or the process is over.
    private static func watch(_ process: SpawnedProcess, _ trace: String, _ bytes: Int) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                while process.ending == nil, TracedHoldover.size(of: trace) < bytes { usleep(200) }
                continuation.resume()
            }
        }
    }

    private struct Rotation: Decodable { let state: String }

    private func finish(
        _ client: PowerLossClient, _ holdover: HoldoverProcess, _ story: String
    ) async throws {
        var said = ""
        var state = ""
        for _ in 0..<3 {
            let ran = try await holdover.run(["run", "--wait", "30s"])
            said += "\(ran)"
            let status = try await holdover.run(["status", client.id, "--json"])
            guard status.exit == 0 else { throw NotOver(description: "\(story)\n\(said)\(status)") }
            state = try JSONDecoder().decode(Rotation.self, from: Data(status.output.utf8)).state
            if state == "completed" || state == "abandoned" { break }
        }
        #expect(state == (goesBack ? "abandoned" : "completed"), "\(story)\n\(said)")
        try await judge(client, holdover, "\(story)")
    }

    private func judge(
        _ client: PowerLossClient, _ holdover: HoldoverProcess, _ story: Comment
    ) async throws {
        let secret = try #require(try client.held(), story)
        #expect((secret == client.old) == goesBack, story)
        #expect(try await server.tokenStatus(dialect, client.id, secret) == 200, story)
        #expect(try await server.client(client.id).live.count == 1, story)
        #expect(try client.files() == ["app.env", "config.json", "secret"], story)
        let verdict = try await holdover.run(["audit", "verify"])
        #expect(verdict.exit == 0, "\(story): \(verdict)")
        let stats = try await client.consumer.stop()
        #expect(stats.requests > 0 && stats.failed == 0, "\(story): \(stats)")
        #expect(stats.unreadable == 0, "\(story): \(stats)")
    }
}
