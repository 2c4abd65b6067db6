import Foundation
import ProcessTesting
import Testing

/// The servers, the journal and the dice of one test.
struct ChaosWorld {
    let bench: Workbench
    let server: PracticeServerProcess
    let bao: OpenBaoProcess
    let holdover: HoldoverProcess

    init(on bench: Workbench) async throws {
        self.bench = bench
        server = try await PracticeServerProcess.start(on: bench)
        try await server.allowKeycloakRotation()
        bao = try await OpenBaoProcess.start(on: bench)
        holdover = HoldoverProcess(
            on: bench,
            environment: [
                "OKTA_API_TOKEN": server["OKTA_API_TOKEN"],
                "KEYCLOAK_ADMIN_CLIENT_SECRET": server["KEYCLOAK_ADMIN_CLIENT_SECRET"],
                "BAO_TOKEN": bao.token,
            ])
        let made = try await holdover.run(["init"])
        try #require(made.exit == 0, "\(made)")
    }

    /// `status CLIENT --json`, as far as it matters here.
    struct Rotation: Decodable {
        let rotation: String
        let state: String
        let step: String?
        let newCredential: String?
        var isOver: Bool { state == "completed" || state == "abandoned" }
    }

    /// The latest rotation of a client; nil where there is none.
    func rotation(of client: ChaosClient) async throws -> Rotation? {
        let status = try await holdover.run(["status", client.id, "--json"])
        if status.exit == 2 { return nil }
        try #require(status.exit == 0, "reading works whenever the last run was killed: \(status)")
        return try JSONDecoder().decode(Rotation.self, from: Data(status.output.utf8))
    }

    /// Runs the command and kills it after a while; whether the kill came before its end.
    func kill(_ arguments: [String], after delay: Duration) async throws -> Bool {
        let process = try holdover.spawn(arguments)
        try await Task.sleep(for: delay)
        process.send(SIGKILL)
        let outcome = try await holdover.outcome(of: process, arguments)
        return outcome.ending == .signalled(SIGKILL)
    }

    /// Begins a rotation of a client.
    func start(_ client: ChaosClient) async throws {
        let started = try await holdover.run(["start", client.id])
        try #require(started.exit == 0, "\(started)")
    }

    /// Runs until the rotation is over.
    func finish(_ client: ChaosClient) async throws -> Rotation {
        var said = ""
        for _ in 0..<6 {
            let outcome = try await holdover.run(["run", "--wait", "20s", "--client", client.id])
            said += "\(outcome)"
            if let rotation = try await rotation(of: client), rotation.isOver { return rotation }
        }
        let why = try await holdover.run(["explain", client.id])
        throw NotOver(description: "\(said)\n\(why)")
    }

    struct NotOver: Error, CustomStringConvertible { let description: String }

    /// Lets admin calls of a client go wrong in ways that leave the caller in the dark.
    func confuse(_ client: ChaosClient, by dice: inout SeededGenerator) async throws {
        for (method, path) in client.mutations {
            let kind =
                ["lost_answer", "error_after_effect", "slow", "slow"]
                .randomElement(using: &dice) ?? "slow"
            let late = Int.random(in: 50...250, using: &dice)
            try await server.fault(
                kind, method: method, path: path, times: Int.random(in: 1...2, using: &dice),
                more: kind == "slow" ? #","ms":\#(late),"when":"after""# : "")
        }
        try await server.set(#"{"propagation_ms":300}"#)
    }

    /// Back to a server that works.
    func calm() async throws {
        try await server.clearFaults()
        try await server.set(#"{"propagation_ms":0}"#)
    }
}
