import Foundation
import ProcessTesting
import Testing

/// One client of a practice server with its store, its consumer and its plan, and the command.
struct Stage: Sendable {
    let bench: Workbench
    let server: PracticeServerProcess
    let consumer: ConsumerProcess
    let holdover: HoldoverProcess
    let dialect: PracticeServerProcess.Dialect
    /// The plan as it was first written.
    let plan: PlanText
    /// The value of the old secret.
    let old: String

    /// The name of the client, in the plan and at the server.
    static let client = "billing"

    /// Sets the stage for `body` and clears it away; the journal is made, nothing is started.
    static func open(
        _ dialect: PracticeServerProcess.Dialect = .okta, grants: [String] = [],
        layout: StoreLayout = .raw,
        plan edit: (inout PlanText, Workbench) throws -> Void = { _, _ in },
        _ body: (Stage) async throws -> Void
    ) async throws {
        await Turns.shared.begin()
        defer { Turns.shared.end() }
        try await Workbench.open { bench in
            let stage = try await Stage(on: bench, dialect, grants, layout, edit)
            try await stage.succeed("init")
            try await body(stage)
        }
    }

    private init(
        on bench: Workbench, _ dialect: PracticeServerProcess.Dialect, _ grants: [String],
        _ layout: StoreLayout,
        _ edit: (inout PlanText, Workbench) throws -> Void
    ) async throws {
        (self.bench, self.dialect) = (bench, dialect)
        old = Self.makeSecret()
        server = try await PracticeServerProcess.start(on: bench)
        if dialect == .keycloak { try await server.allowKeycloakRotation() }
        // The consumer has no person who signs in.
        if dialect == .google { try await server.set(#"{"google_client_credentials":true}"#) }
        try await server.createClient(dialect, Self.client, secret: old, grants: grants)
        try bench.directory("store")
        let path = try bench.write(layout.content(old), to: "store/secret")
        consumer = try await ConsumerProcess.start(
            "web-1", on: bench, client: Self.client, at: server, dialect,
            reading: layout.source(path))
        var plan = PlanText.of(
            dialect, Self.client, at: server, stores: [layout.store(at: path)])
        plan.add(consumer)
        try edit(&plan, bench)
        try plan.write(on: bench)
        self.plan = plan
        holdover = HoldoverProcess(
            on: bench, environment: server.adminSecrets)
    }

    /// A value that nobody had before.
    static func makeSecret() -> String {
        (UUID().uuidString + UUID().uuidString).replacing("-", with: "")
    }

    /// Runs the command to its end.
    func run(_ arguments: String..., environment: [String: String] = [:]) async throws
        -> HoldoverProcess.Outcome
    {
        try await holdover.run(arguments, environment: environment)
    }

    /// Writes the plan again, changed.
    func edit(_ change: (inout PlanText) -> Void) throws {
        var edited = plan
        change(&edited)
        try edited.write(on: bench)
    }

    /// What a store holds.
    func stored(in name: String = "secret") throws -> String { try bench.read("store/\(name)") }

    /// Puts a value into the store behind the command's back.
    func store(_ value: String) throws { try bench.write(value, to: "store/secret") }
}

extension PlanText {
    /// Replaces the rule with the same key, or adds it.
    mutating func set(_ rule: String) {
        let key = rule.prefix { $0 != ":" } + ":"
        rules.removeAll { $0.hasPrefix(key) }
        rules.append(rule)
    }
}
