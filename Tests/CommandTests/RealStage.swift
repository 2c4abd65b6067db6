import Foundation
import ProcessTesting
import Testing

/// A client of a real server with its store, two consumers and its plan, and the command.
struct RealStage: Sendable {
    let bench: Workbench
    let real: RealServerProcess
    let consumers: [ConsumerProcess]
    let holdover: HoldoverProcess
    /// The client's id at the server.
    let clientID: String
    /// The value of the old secret.
    let old: String
    private let layout: StoreLayout

    /// The name of the client in the plan.
    static let client = "billing"

    /// Sets the stage at a buntubi for `body`, and clears it away.
    static func openBuntubi(_ body: (RealStage) async throws -> Void) async throws {
        try await open(
            "buntubi", rule: "exclusive: true",
            server: { real in
                [
                    "type: buntubi", "url: \(real["ISSUER"])", "scope: read",
                    #"admin: {token: "env:ADMIN_TOKEN"}"#,
                ]
            }, body)
    }

    /// The same at a canaille, which holds one secret for each client.
    static func openCanaille(rule: String, _ body: (RealStage) async throws -> Void) async throws {
        let program = RealServerProcess.service("canaille-server.py")
        try await open(
            "canaille", rule: rule,
            server: { real in
                [
                    "type: exec",
                    "command: ['\(real["PYTHON"])', '\(program)', '\(real["CONFIG"])']",
                    "token_endpoint: \(real["TOKEN_URL"])", "scope: read",
                    "capabilities: {shape: single, limit: 1, origin: client, recognition: value}",
                ]
            }, body)
    }

    static func open(
        _ name: String, rule: String, layout: StoreLayout = .raw,
        server: (RealServerProcess) -> [String],
        _ body: (RealStage) async throws -> Void
    ) async throws {
        await Turns.shared.begin()
        defer { Turns.shared.end() }
        try await Workbench.open { bench in
            let real = try await RealServerProcess.start(name, on: bench)
            let stage = try await RealStage(on: bench, real, server(real), rule, layout)
            try await stage.succeed("init")
            try await body(stage)
        }
    }

    private init(
        on bench: Workbench, _ real: RealServerProcess, _ server: [String], _ rule: String,
        _ layout: StoreLayout
    ) async throws {
        (self.bench, self.real, self.layout) = (bench, real, layout)
        (clientID, old) = (real["CLIENT_ID"], real["CLIENT_SECRET"])
        try bench.directory("store")
        let path = try bench.write(layout.content(old), to: "store/secret")
        var started: [ConsumerProcess] = []
        for consumer in ["web-1", "web-2"] {
            started.append(
                try await ConsumerProcess.start(
                    consumer, on: bench, client: clientID, endpoint: real["TOKEN_URL"],
                    scope: "read", reading: layout.source(path)))
        }
        consumers = started
        var plan = PlanText.at(
            server, Self.client, id: clientID, stores: [layout.store(at: path)])
        for consumer in consumers { plan.add(consumer) }
        plan.set(rule)
        try plan.write(on: bench)
        holdover = HoldoverProcess(
            on: bench, environment: ["ADMIN_TOKEN": real["ADMIN_TOKEN"]])
    }

    /// Runs the command to its end.
    func run(_ arguments: String...) async throws -> HoldoverProcess.Outcome {
        try await holdover.run(arguments)
    }

    /// Runs the command and expects it to end well.
    func succeed(_ arguments: String..., at place: SourceLocation = #_sourceLocation) async throws {
        let outcome = try await holdover.run(arguments)
        #expect(outcome.exit == 0, "\(outcome)", sourceLocation: place)
    }

    /// What the store holds.
    func stored() throws -> String { try layout.secret(in: bench.read("store/secret")) }

    /// What the token endpoint says to a secret.
    func tokenStatus(_ secret: String) async throws -> Int {
        let login = Data("\(clientID):\(secret)".utf8).base64EncodedString()
        let url = try #require(URL(string: real["TOKEN_URL"]))
        return try await LoopbackHTTP("http://127.0.0.1:\(url.port ?? 0)").send(
            "POST", url.path(),
            headers: [
                "Authorization": "Basic \(login)",
                "Content-Type": "application/x-www-form-urlencoded",
            ], body: "grant_type=client_credentials&scope=read"
        ).status
    }

    /// How many secrets a buntubi lists as accepted.
    func activeSecretsOfBuntubi() async throws -> Int {
        struct Page: Decodable {
            struct App: Decodable { let secrets: [Secret] }
            struct Secret: Decodable { let active: Bool }
            let app: App
        }
        let answer = try await LoopbackHTTP(real["ISSUER"]).send(
            "GET", "/developer/api/apps/\(clientID)",
            headers: ["Authorization": "Bearer \(real["ADMIN_TOKEN"])"])
        return try answer.json(Page.self).app.secrets.count { $0.active }
    }

    /// The new secret is in force and the old one dead, and no consumer ever failed, unless they
    /// may.
    func expectCompletion(
        mayFail: Bool = false, at place: SourceLocation = #_sourceLocation
    ) async throws {
        let status = try await run("status", Self.client, "--json")
        let rotation = try JSONDecoder().decode(
            RotationDocument.self, from: Data(status.output.utf8))
        #expect(rotation.state == "completed", "\(status)", sourceLocation: place)
        let new = try stored()
        #expect(new != old, sourceLocation: place)
        #expect(try await tokenStatus(new) == 200, sourceLocation: place)
        #expect([401, 403].contains(try await tokenStatus(old)), sourceLocation: place)
        for consumer in consumers {
            let counts = try await consumer.stop()
            #expect(
                mayFail || counts.failed == 0, "\(counts.lastFailure)", sourceLocation: place)
            #expect(counts.requests > 10 && counts.reloads > 1, sourceLocation: place)
        }
        try await succeed("audit", "verify", at: place)
    }
}
