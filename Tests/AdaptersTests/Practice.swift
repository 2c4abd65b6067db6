import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// A practice server for the tests of one suite, in any of its dialects.
struct Practice: Sendable {
    let values: [String: String]
    let http: CurlClient
    private let program: String
    private let scratch: ScratchDirectory

    /// The server of the suite that is running.
    @TaskLocal static var current: Practice?

    struct NotStarted: Error { let reason: String }

    static func start() async throws -> Practice {
        let scratch = try ScratchDirectory()
        let program = try find()
        let state = scratch.at("state")
        let outcome = await ChildProcess(
            command: [program, "start", "--state", state], deadline: .minutes(5), cap: 65_536
        ).run()
        guard outcome.ending == .exited(0) else {
            // It may be up all the same, a moment later.
            _ = await ChildProcess(
                command: [program, "stop", "--state", state], deadline: .minutes(1), cap: 65_536
            ).run()
            throw NotStarted(reason: outcome.explanation)
        }
        var values: [String: String] = [:]
        for line in try scratch.read("state/practice.env").split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        return Practice(values: values, http: CurlClient(), program: program, scratch: scratch)
    }

    /// Beside the tests, where the package was built; or where the environment says.
    private static func find() throws -> String {
        if let named = ProcessInfo.processInfo.environment["HOLDOVER_PRACTICE_SERVER"] {
            return named
        }
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? folder.path
        let beside = URL(fileURLWithPath: bundle).deletingLastPathComponent()
            .appendingPathComponent("practice-server").path
        guard FileManager.default.isExecutableFile(atPath: beside) else {
            throw NotStarted(reason: "\(beside) is missing: swift build --product practice-server")
        }
        return beside
    }

    func stop() async {
        _ = await ChildProcess(
            command: [program, "stop", "--state", scratch.at("state")], deadline: .minutes(1),
            cap: 65_536
        ).run()
    }

    subscript(_ name: String) -> String { values[name] ?? "" }

    /// Asks the control API; throws where it isn't a 2xx.
    @discardableResult
    func control(_ method: String, _ path: String, _ json: String? = nil) async throws
        -> JSONDocument
    {
        let response = try await http.send(
            HTTPRequest(
                method: method, url: "\(self["PRACTICE_URL"])/practice/\(path)",
                headers: [
                    "X-Practice-Key": self["PRACTICE_KEY"], "Content-Type": "application/json",
                ], body: json.map { Array($0.utf8) }))
        let said = String(decoding: response.body, as: UTF8.self)
        try #require((200..<300).contains(response.status), "\(method) \(path): \(said)")
        return try JSONDocument(response.body.isEmpty ? Array("null".utf8) : response.body)
    }

    /// Lets the next request that matches fail in a way of the practice server.
    func fault(_ kind: String, method: String, path: String) async throws {
        try await control(
            "POST", "faults",
            #"{"kind":"\#(kind)","times":1,"match":{"method":"\#(method)","path":"\#(path)"}}"#)
    }

    /// A client of its own, with its secret.
    func client(_ dialect: String, _ more: String = "") async throws -> (
        id: String, secret: ClientSecret
    ) {
        // Without hyphens, which Cognito's ids haven't got.
        let id = "client\(UUID().uuidString.lowercased().replacing("-", with: ""))"
        let made = try await control(
            "POST", "clients", #"{"dialect":"\#(dialect)","client_id":"\#(id)"\#(more)}"#)
        return (id, ClientSecret(try #require(try made.node(at: ["secret"])?.text)))
    }

    /// How many live secrets the server has for a client.
    func liveSecrets(_ id: String) async throws -> Int {
        let report = try await control("GET", "clients/\(id)")
        guard case .array(let secrets, _)? = try report.node(at: ["secrets"]) else { return 0 }
        return try secrets.indices.filter {
            if case .boolean(true, _)? = try report.node(at: ["secrets", "\($0)", "is_live"]) {
                return true
            }
            return false
        }.count
    }

    /// A registry that reads its references from the server's values.
    func registry(_ more: [String: String] = [:]) -> AdapterRegistry {
        AdapterRegistry(http: http, environment: values.merging(more) { $1 }) {
            Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        }
    }

    /// The server of a plan for `client`.
    func server(
        _ type: String, _ settings: [String: SettingValue], _ client: String,
        _ environment: [String: String] = [:], schedule: Schedule? = nil
    ) async throws -> any AuthorizationServer {
        try await registry(environment).server(
            of: Plan(
                client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: client),
                server: .of(type, settings), stores: [], schedule: schedule))
    }

    /// A valid secret that nobody had before.
    @Sendable static func secret() -> ClientSecret {
        ClientSecret(UUID().uuidString.replacing("-", with: "") + "0123456789abcdef")
    }
}

/// Starts one practice server for a suite and stops it at the end.
struct WithPractice: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let server = try await Practice.start()
        do {
            try await Practice.$current.withValue(server) { try await function() }
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }
}

extension Trait where Self == WithPractice {
    static var practice: Self { WithPractice() }
}
