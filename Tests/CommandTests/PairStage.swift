import Foundation
import ProcessTesting
import Testing

/// A client whose id changes with its secret, with a store that holds both, and its consumer.
struct PairStage: Sendable {
    let bench: Workbench
    let server: PracticeServerProcess
    let consumer: ConsumerProcess
    let holdover: HoldoverProcess
    let dialect: PracticeServerProcess.Dialect
    let old: String

    static let client = Stage.client
    static let green = "billing-green"

    /// What the store holds.
    struct Stored: Codable, Equatable {
        var client_id: String
        var client_secret: String
    }

    /// Sets the stage for `body` and clears it away; nothing is started.
    static func open(
        _ dialect: PracticeServerProcess.Dialect, watch: String? = nil,
        _ body: (PairStage) async throws -> Void
    ) async throws {
        await Turns.shared.begin()
        defer { Turns.shared.end() }
        try await Workbench.open { bench in
            let stage = try await PairStage(on: bench, dialect, watch)
            try await stage.run("init").expectSuccess()
            try await body(stage)
        }
    }

    private init(
        on bench: Workbench, _ dialect: PracticeServerProcess.Dialect, _ watch: String?
    ) async throws {
        (self.bench, self.dialect) = (bench, dialect)
        old = Stage.makeSecret()
        server = try await PracticeServerProcess.start(on: bench)
        try await server.createClient(dialect, Self.client, secret: old)
        let isBlueGreen = PracticeServerProcess.Dialect.single.contains(dialect)
        if isBlueGreen {
            try await server.createClient(dialect, Self.green, secret: Stage.makeSecret())
        }
        try bench.directory("store")
        let stored = Stored(client_id: Self.client, client_secret: old)
        let text = String(decoding: try JSONEncoder().encode(stored), as: UTF8.self)
        let path = try bench.write(text, to: "store/pair.json")
        consumer = try await ConsumerProcess.start(
            "web-1", on: bench, client: Self.client, at: server, dialect,
            reading: .pair(file: path))
        let store = PlanText.file(
            path, "format: json", "field: client_secret", "client_id_field: client_id")
        var plan = PlanText.of(dialect, Self.client, at: server, stores: [store])
        plan.add(consumer)
        // A lost answer is known by its being new, where the server makes the value.
        plan.set("exclusive: true")
        if let watch { plan.set("watch: \(watch)") }
        if isBlueGreen {
            plan.rules += ["strategy: blue-green", "green_client_id: \(Self.green)"]
        }
        try plan.write(on: bench)
        holdover = HoldoverProcess(on: bench, environment: server.adminSecrets)
    }

    @discardableResult
    func run(_ arguments: String...) async throws -> HoldoverProcess.Outcome {
        try await holdover.run(arguments)
    }

    func stored() throws -> Stored {
        try JSONDecoder().decode(Stored.self, from: Data(bench.read("store/pair.json").utf8))
    }

    /// What the token endpoint says of what the store holds, and of a pair.
    func isAccepted(_ pair: Stored) async throws -> Bool {
        try await server.tokenStatus(dialect, pair.client_id, pair.client_secret) == 200
    }

    /// Has the rotation go on to its end, and expects it to lead from `before` to another pair.
    func expectCompletion(
        from before: Stored, at place: SourceLocation = #_sourceLocation
    ) async throws -> Stored {
        let outcome = try await run("run", "--wait", "30s")
        #expect(outcome.exit == 0, "\(outcome)", sourceLocation: place)
        let after = try stored()
        #expect(after.client_id != before.client_id, "\(outcome)", sourceLocation: place)
        #expect(after.client_secret != before.client_secret, sourceLocation: place)
        #expect(try await isAccepted(after), sourceLocation: place)
        #expect(try await !isAccepted(before), sourceLocation: place)
        return after
    }

    func explained() async throws -> String {
        let outcome = try await run("explain", Self.client)
        outcome.expectSuccess()
        return outcome.output
    }

    /// No consumer was refused, and the audit is whole.
    func expectNoFailure(at place: SourceLocation = #_sourceLocation) async throws {
        let counts = try await consumer.stop()
        #expect(counts.failed == 0, "\(counts.lastFailure)", sourceLocation: place)
        try await run("audit", "verify").expectSuccess(at: place)
    }
}

extension HoldoverProcess.Outcome {
    /// It ended well and complained of nothing.
    func expectSuccess(at place: SourceLocation = #_sourceLocation) {
        #expect(exit == 0 && errors.isEmpty, "\(self)", sourceLocation: place)
    }
}
