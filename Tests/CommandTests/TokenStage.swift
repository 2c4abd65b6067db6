import Foundation
import ProcessTesting
import Testing

/// A client of a practice server with its secret in a file, and no journal.
struct TokenStage: Sendable {
    let bench: Workbench
    let server: PracticeServerProcess
    let holdover: HoldoverProcess
    let secret: String

    static let client = "billing"

    /// Sets the stage for `body` and clears it away, having looked for the secret wherever none may
    /// be.
    static func open(
        method: String = "client_secret_basic", _ body: (TokenStage) async throws -> Void
    ) async throws {
        await Turns.shared.begin()
        defer { Turns.shared.end() }
        try await Workbench.open { bench in
            let stage = try await TokenStage(on: bench, method)
            try await body(stage)
            try stage.expectNoTrace()
        }
    }

    private init(on bench: Workbench, _ method: String) async throws {
        self.bench = bench
        secret = Stage.makeSecret()
        server = try await PracticeServerProcess.start(on: bench)
        try bench.write(secret, to: "secret")
        holdover = HoldoverProcess(on: bench)
        try await register(secret, method: method)
        try plan(stores: [PlanText.file(bench.at("secret"))])
    }

    /// Writes the client's plan.
    func plan(stores: [[String]]) throws {
        var plan = PlanText.of(.okta, Self.client, at: server, stores: stores)
        plan.set("soak: 1h")
        try plan.write(on: bench)
    }

    /// Makes the client, or makes it anew with another secret.
    func register(_ secret: String, method: String = "client_secret_basic") async throws {
        _ = try? await server.control("DELETE", "clients/\(Self.client)")
        try await server.control(
            "POST", "clients",
            #"{"dialect":"okta","client_id":"\#(Self.client)","internal_id":"\#(Self.client)","#
                + #""secret":"\#(secret)","auth_method":"\#(method)"}"#)
    }

    /// What names the client without its plan.
    var options: [String] {
        [
            "--token-url", server.tokenURL(.okta), "--client-id", Self.client, "--secret",
            "file:\(bench.at("secret"))",
        ]
    }

    func token(_ arguments: String..., environment: [String: String] = [:]) async throws
        -> HoldoverProcess.Outcome
    {
        try await holdover.run(["token"] + arguments, environment: environment)
    }

    /// A token, with nothing said beside it.
    func succeed(_ arguments: [String], at place: SourceLocation = #_sourceLocation) async throws
        -> String
    {
        let outcome = try await holdover.run(["token"] + arguments)
        outcome.expectSuccess(at: place)
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 2 && lines.last == "", "\(outcome)", sourceLocation: place)
        return String(lines.first ?? "")
    }

    /// How many requests for tokens of the client there were.
    func asked() async throws -> Int { try await server.log(of: Self.client).count }

    var cache: String { bench.at(".cache/holdover/tokens") }

    private func expectNoTrace() throws {
        let scan = try CanaryScan(["the secret": secret])
        // What the commands of `exec` print is their own.
        let found = try scan.scan(directory: bench.logs) + scan.scan(directory: bench.scratch)
        #expect(found == [])
        let isEmpty = try FileManager.default.contentsOfDirectory(atPath: bench.stateDirectory)
            .isEmpty
        #expect(isEmpty, "a journal was made")
    }
}

/// What `token --json` prints.
struct TokenDocument: Decodable {
    let schema: String
    let access_token: String
    let token_type: String
    let expires_in: Int?
    let scope: String?
    let cached: Bool
}
