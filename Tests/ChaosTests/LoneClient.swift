import Foundation
import ProcessTesting
import Testing

/// One client with a file and a consumer that fetches tokens all the time, and the command.
struct LoneClient {
    static let id = "lone"

    let bench: Workbench
    let server: PracticeServerProcess
    let dialect: PracticeServerProcess.Dialect
    let holdover: HoldoverProcess
    let consumer: ConsumerProcess
    let file: String

    init(
        on bench: Workbench, _ dialect: PracticeServerProcess.Dialect = .okta, rules: [String] = []
    ) async throws {
        (self.bench, self.dialect) = (bench, dialect)
        server = try await PracticeServerProcess.start(on: bench)
        if dialect == .keycloak { try await server.allowKeycloakRotation() }
        let secret = (UUID().uuidString + UUID().uuidString).replacing("-", with: "")
        try bench.directory("store")
        file = try bench.write(secret, to: "store/secret")
        try await server.createClient(dialect, Self.id, secret: secret)
        consumer = try await ConsumerProcess.start(
            "lone-consumer", on: bench, client: Self.id, at: server, dialect,
            reading: .watching(file: file))
        holdover = HoldoverProcess(
            on: bench,
            environment: server.values.filter {
                ["OKTA_API_TOKEN", "KEYCLOAK_ADMIN_CLIENT_SECRET"].contains($0.key)
            })
        var plan = PlanText.of(dialect, Self.id, at: server, stores: [PlanText.file(file)])
        plan.add(consumer)
        for rule in rules {
            let key = rule.prefix { $0 != ":" } + ":"
            plan.rules.removeAll { $0.hasPrefix(key) }
            plan.rules.append(rule)
        }
        try plan.write(on: bench)
        try await succeed("init")
    }

    /// Runs the command, which must end well.
    @discardableResult
    func succeed(_ arguments: String..., at place: SourceLocation = #_sourceLocation) async throws
        -> HoldoverProcess.Outcome
    {
        let outcome = try await holdover.run(arguments)
        try #require(outcome.exit == 0, "\(outcome)", sourceLocation: place)
        return outcome
    }

    /// Runs the command, which must refuse with a code.
    func refuse(
        _ arguments: [String], exit: Int32, _ code: String, _ story: Comment? = nil,
        at place: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await holdover.run(arguments)
        let isSo = outcome.exit == exit && outcome.errors.contains("[\(code)]")
        #expect(isSo, "\(story ?? ""): \(outcome)", sourceLocation: place)
    }

    /// What the file holds.
    func stored() throws -> String { try String(contentsOfFile: file, encoding: .utf8) }

    /// Everything outside the journal that a run could change.
    struct Surroundings: Equatable {
        let stored: String
        let secrets: [String]
    }

    func surroundings() async throws -> Surroundings {
        let report = try await server.client(Self.id)
        return Surroundings(
            stored: try stored(),
            secrets: report.secrets.map { "\($0.id) \($0.status) \($0.isLive) \($0.isAccepted)" })
    }

    /// `status --json` of the latest rotation.
    struct Rotation: Decodable {
        let rotation: String
        let state: String
        let phase: String?
        let reason: String?
    }

    func rotation() async throws -> Rotation {
        let said = try await succeed("status", Self.id, "--json")
        return try JSONDecoder().decode(Rotation.self, from: Data(said.output.utf8))
    }

    /// A line of `audit export`, as far as it matters here.
    struct AuditLine: Decodable {
        let sequence: Int
        let epoch: Int
        let rotation: String?
        let event: String
    }

    func audit() async throws -> [AuditLine] {
        let said = try await succeed("audit", "export")
        return try said.output.split(separator: "\n").map {
            try JSONDecoder().decode(AuditLine.self, from: Data($0.utf8))
        }
    }

    /// One secret is left, the file holds it, and nobody was ever refused.
    func judge(_ story: Comment, at place: SourceLocation = #_sourceLocation) async throws {
        let secret = try stored()
        let status = try await server.tokenStatus(dialect, Self.id, secret)
        #expect(status == 200, story, sourceLocation: place)
        let report = try await server.client(Self.id)
        #expect(report.live.count == 1, "\(story): \(report)", sourceLocation: place)
        let counts = try consumer.stats()
        #expect(counts.failed == 0, "\(story): \(counts)", sourceLocation: place)
        #expect(consumer.process.ending == nil, story, sourceLocation: place)
        try await succeed("audit", "verify", at: place)
    }
}
