import Foundation
import ProcessTesting
import Testing

/// Invariant 8: the stores that the plan names are the only place where a secret may be.
@Suite(.serialized, .disabled(if: OpenBaoProcess.isSkipped, "HOLDOVER_SKIP_OPENBAO=1"))
struct CanaryTests {
    @Test(arguments: PracticeServerProcess.Dialect.golden)
    func `a whole rotation leaves no secret anywhere else`(
        dialect: PracticeServerProcess.Dialect
    ) async throws {
        try await Workbench.open { bench in
            let scene = try await CanaryScene(on: bench, dialect)
            for arguments in [["start", scene.client], ["run", "--wait", "30s"]] {
                let outcome = try await scene.holdover.run(arguments)
                try #require(outcome.exit == 0, "\(outcome)")
            }
            try await scene.sayEverything()
            let scan = try await scene.scan()
            #expect(try scene.leaks(scan) == [])
            // What would have been seen, had it been there.
            let stored = try scan.scan(directory: scene.place)
            #expect(stored.contains { $0.encoding == .raw })
            let dumps = try CanaryScan.files(below: bench.at("dumps"))
            #expect(dumps.filter { $0.hasSuffix("/environ") }.count == 1)
        }
    }

    @Test(arguments: PracticeServerProcess.Dialect.golden)
    func `a rotation that is killed at each turn leaves no secret anywhere else`(
        dialect: PracticeServerProcess.Dialect
    ) async throws {
        try await Workbench.open { bench in
            let scene = try await CanaryScene(on: bench, dialect)
            _ = try await scene.holdover.run(["start", scene.client])
            for number in 0..<12 {
                let process = try scene.holdover.spawn(["run", "--wait", "30s"])
                try await Task.sleep(for: .milliseconds(60 + 20 * number))
                process.send(SIGKILL)
                await process.wait()
                try scene.keepState(number)
                _ = try await scene.holdover.run(["explain", scene.client])
            }
            let outcome = try await scene.holdover.run(["run", "--wait", "30s"])
            try #require(outcome.exit == 0, "\(outcome)")
            try await scene.sayEverything()
            #expect(try scene.leaks(try await scene.scan()) == [])
        }
    }

    @Test func `a wrong admin credential is shown nowhere`() async throws {
        try await Workbench.open { bench in
            let scene = try await CanaryScene(on: bench, .okta, isLocked: true)
            _ = try await scene.holdover.run(["start", scene.client])
            let outcome = try await scene.holdover.run(["run", "--wait", "1s"])
            #expect(outcome.exit == 4, "\(outcome)")
            try await scene.sayEverything()
            #expect(try scene.leaks(try await scene.scan()) == [])
        }
    }

    /// A request whose answer is an echo of it, told by a part of its first line.
    private static let echoes = [
        "GET /api/v1/apps/", "POST /api/v1/apps/", "lifecycle/deactivate", "DELETE /api/v1/apps/",
        "POST /oauth2/default/v1/token", "GET /v1/secret/data/", "POST /v1/secret/data/",
        "GET /v1/",
    ]

    @Test(.timeLimit(.minutes(20)))
    func `what a server echoes is shown nowhere`() async throws {
        try await Workbench.open { bench in
            var scene = try await CanaryScene(on: bench, .okta)
            var new: [String: String] = [:]
            for (number, trigger) in Self.echoes.enumerated() {
                for dress in EchoProxy.Dress.allCases {
                    try await scene.turn(to: "canary-\(number)-\(dress)")
                    let echoed = try await Self.rotate(&scene, trigger, dress)
                    #expect(!echoed.isEmpty, "nothing was echoed: \(trigger)")
                    new.merge(Self.secrets(in: echoed)) { $1 }
                }
            }
            try await scene.sayEverything()
            let leaks = try scene.leaks(try await scene.scan(new))
            #expect(leaks == [], "\(leaks.map(\.description).joined(separator: "\n"))")
        }
    }

    /// Rotates as far as it goes behind a server that echoes; gives what was echoed.
    private static func rotate(
        _ scene: inout CanaryScene, _ trigger: String, _ dress: EchoProxy.Dress
    ) async throws -> [String] {
        let isStore = trigger.contains(" /v1/")
        let behind = isStore ? scene.bao.address : scene.server.url
        let proxy = try EchoProxy(before: behind, echoing: trigger, as: dress)
        defer { proxy.stop() }
        let client = scene.client
        let text = try scene.plan().text.replacingOccurrences(of: behind, with: proxy.url)
        try scene.bench.write(text, to: "plans/\(client).yaml")
        for arguments in [
            ["check", client], ["start", client], ["run", "--wait", "2s", "--client", client],
            ["explain", client], ["status", client, "--json"], ["rollback", client],
            ["run", "--json", "--wait", "1s", "--client", client], ["hold", client],
            ["status", client], ["resume", client], ["retry", client], ["approve", client],
        ] { _ = try await scene.holdover.run(arguments) }
        return proxy.requests
    }

    /// New secrets that no store ever held, out of the requests that were meant to make them known.
    private static func secrets(in requests: [String]) -> [String: String] {
        var found: [String: String] = [:]
        for request in requests {
            guard let match = request.firstMatch(of: #/"client_secret":\s*"([^"]+)"/#) else {
                continue
            }
            let secret = String(match.output.1)
            if secret.count >= 16 { found["a new secret, \(secret.hashValue)"] = secret }
        }
        return found
    }
}
