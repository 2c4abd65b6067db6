import Foundation
import ProcessTesting
import Testing

/// One client whose rotation begins from the same journal again and again.
///
/// Two file stores, a consumer that watches one of them, and one that is told by a hook to read the
/// other. Everything lies in memory and every window is short: what is looked for is at the system
/// calls, and there are thousands of them.
struct GoldenScene {
    let bench: Workbench
    let server: PracticeServerProcess
    let dialect: PracticeServerProcess.Dialect
    let holdover: HoldoverProcess
    let consumers: [ConsumerProcess]
    /// The ballast as `init` makes it.
    let ballast: Data

    static let client = "golden"

    var place: String { bench.at("stores") }
    var keyDirectory: String { bench.at("key") }
    private var rawFile: String { "\(place)/secret" }
    private var jsonFile: String { "\(place)/config.json" }
    private var template: String { bench.at("template") }

    init(on bench: Workbench, _ dialect: PracticeServerProcess.Dialect) async throws {
        (self.bench, self.dialect) = (bench, dialect)
        let (server, client) = (try await PracticeServerProcess.start(on: bench), Self.client)
        self.server = server
        if dialect == .keycloak { try await server.allowKeycloakRotation() }
        var dice = SeededGenerator(seed: UInt64.random(in: 0 ... .max))
        let secret = dice.secret()
        try await server.createClient(dialect, client, secret: secret)
        let place = try bench.directory("stores")
        let raw = try bench.write(secret, to: "stores/secret")
        let json = try bench.write(ChaosClient.json(secret), to: "stores/config.json")
        var started: [ConsumerProcess] = []
        for (name, source) in [
            ("watcher", ConsumerProcess.Source.watching(file: raw)),
            ("hooked", .hooked(file: json, field: "client_secret")),
        ] {
            started.append(
                try await ConsumerProcess.start(
                    name, on: bench, client: client, at: server, dialect, reading: source))
        }
        consumers = started
        let names = ["OKTA_API_TOKEN", "KEYCLOAK_ADMIN_CLIENT_SECRET"]
        holdover = HoldoverProcess(
            on: bench, environment: server.values.filter { names.contains($0.key) })
        var plan = PlanText.of(
            dialect, client, at: server,
            stores: [
                PlanText.file("\(place)/secret"),
                PlanText.file(
                    "\(place)/config.json", "name: json", "format: json", "field: client_secret"),
            ])
        plan.rules = [
            "overlap: 40ms", "watch: 40ms", "probe: {successes: 2, window: 20ms}",
            "retry: {first: 20ms, cap: 80ms, settle: 20ms}",
        ]
        plan.reload = [ConsumerProcess.reloading("hooked", on: bench)]
        consumers.forEach { plan.add($0) }
        try plan.write(on: bench)
        let made = try await holdover.run(["init"])
        try #require(made.exit == 0, "\(made)")
        ballast = try Data(
            contentsOf: URL(fileURLWithPath: "\(bench.stateDirectory)/holdover.ballast"))
        try makeTemplate()
    }

    private func makeTemplate() throws {
        try bench.directory("template")
        for (name, path) in kept { try Self.copy(path, to: "\(template)/\(name)") }
    }

    /// What a rotation changes on this side: the journal, and the anchor beside the key.
    private var kept: [(name: String, path: String)] {
        [("state", bench.stateDirectory), ("key", keyDirectory)]
    }

    private static func copy(_ source: String, to target: String) throws {
        try FileManager.default.copyItem(atPath: source, toPath: target)
    }

    /// Puts the journal and its anchor back, together, as `init` made them.
    func reset() throws {
        for (name, path) in kept {
            try FileManager.default.removeItem(atPath: path)
            try Self.copy("\(template)/\(name)", to: path)
        }
    }

    /// What the stores hold; nil where they disagree.
    func held() throws -> String? {
        let secret = try String(contentsOfFile: rawFile, encoding: .utf8)
        let json = try String(contentsOfFile: jsonFile, encoding: .utf8)
        return json == ChaosClient.json(secret) ? secret : nil
    }

    /// `status CLIENT --json`, as far as it matters here; nil where there is no rotation.
    func rotation() async throws -> ChaosWorld.Rotation? {
        let status = try await holdover.run(["status", Self.client, "--json"])
        if status.exit == 2 { return nil }
        guard status.exit == 0 else { throw Unreadable(description: "\(status)") }
        return try JSONDecoder().decode(
            ChaosWorld.Rotation.self, from: Data(status.output.utf8))
    }

    /// Reading must work whatever the last run left.
    struct Unreadable: Error, CustomStringConvertible { let description: String }
}
