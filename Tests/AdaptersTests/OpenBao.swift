import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// A real OpenBao server for the tests of one suite, started by `Tests/Services/openbao.sh`.
struct OpenBao: Sendable {
    let address: String
    let token: String
    let http: CurlClient
    private let scratch: ScratchDirectory

    /// The server of the suite that is running.
    @TaskLocal static var current: OpenBao?

    static var isSkipped: Bool {
        ProcessInfo.processInfo.environment["HOLDOVER_SKIP_OPENBAO"] == "1"
    }

    struct NotStarted: Error { let output: String }

    static func start() async throws -> OpenBao {
        let scratch = try ScratchDirectory()
        let outcome = await script("start", scratch)
        var values: [String: String] = [:]
        for line in String(decoding: outcome.output, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        guard outcome.ending == .exited(0), let address = values["BAO_ADDR"],
            let token = values["BAO_TOKEN"]
        else { throw NotStarted(output: String(decoding: outcome.errors, as: UTF8.self)) }
        return OpenBao(address: address, token: token, http: CurlClient(), scratch: scratch)
    }

    func stop() async { _ = await Self.script("stop", scratch) }

    private static func script(_ verb: String, _ scratch: ScratchDirectory) async
        -> ChildProcess.Outcome
    {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Services/openbao.sh")
        let own = ProcessInfo.processInfo.environment
        let kept = ["HOME", "XDG_CACHE_HOME", "HOLDOVER_TEST_CACHE", "PIP_INDEX_URL"]
        return await ChildProcess(
            command: [file.path, verb, scratch.path],
            environment: own.filter { kept.contains($0.key) }, deadline: .minutes(5), cap: 65_536
        ).run()
    }

    /// Sends a request as root and returns the answer; throws where it isn't a 2xx.
    @discardableResult
    func ask(_ method: String, _ path: String, _ json: String? = nil, namespace: String? = nil)
        async throws -> HTTPResponse
    {
        var headers: HTTPHeaders = ["X-Vault-Token": token]
        headers["X-Vault-Namespace"] = namespace
        let request = HTTPRequest(
            method: method, url: "\(address)/v1/\(path)", headers: headers,
            body: json.map { Array($0.utf8) })
        var response = try await http.send(request)
        var said = String(decoding: response.body, as: UTF8.self)
        // What a new mount says until it is ready, which takes longer on a busy machine.
        for _ in 0..<200 where said.contains("Upgrading from non-versioned") {
            try await Task.sleep(for: .milliseconds(50))
            response = try await http.send(request)
            said = String(decoding: response.body, as: UTF8.self)
        }
        try #require(
            (200..<300).contains(response.status), "\(method) \(path): \(response.status) \(said)")
        return response
    }

    /// The store of `values`, with the root token where they have no login.
    func store(_ values: [String: SettingValue], _ environment: [String: String] = [:])
        async throws -> VaultStore
    {
        let standard: [String: SettingValue] = [
            "address": .text(address), "auth": .group(["token": "env:ROOT"]),
        ]
        let resolver = SecretResolver(
            environment: environment.merging(["ROOT": token]) { $1 }, http: http)
        return try await VaultStore(
            .of("vault", standard.merging(values) { $1 }), SharedLogins(), resolver)
    }
}

/// Starts one server for a suite and stops it at the end.
struct WithOpenBao: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let server = try await OpenBao.start()
        do {
            try await OpenBao.$current.withValue(server) { try await function() }
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }
}

extension Trait where Self == WithOpenBao {
    static var openBao: Self { WithOpenBao() }
}
