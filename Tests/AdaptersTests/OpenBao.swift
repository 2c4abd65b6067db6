import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

/// A real OpenBao server for the tests of one suite, started by `Tests/Services/openbao.sh`.
struct OpenBao: Sendable {
    let address: String
    let token: String
    let http: CurlClient
    private let process: OpenBaoProcess

    /// The server of the suite that is running.
    @TaskLocal static var current: OpenBao?

    static func start(on bench: Workbench) async throws -> OpenBao {
        let process = try await OpenBaoProcess.start(on: bench)
        return OpenBao(
            address: process.address, token: process.token, http: CurlClient(), process: process)
    }

    func stop() async { await process.stop() }

    /// The file in which it notes what was asked.
    var auditLog: String { process.auditLog }

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
    func store(
        _ values: [String: SettingValue], _ environment: [String: String] = [:],
        over http: (any HTTPClient)? = nil
    ) async throws -> VaultStore {
        let standard: [String: SettingValue] = [
            "address": .text(address), "auth": .group(["token": "env:ROOT"]),
        ]
        let resolver = SecretResolver(
            environment: environment.merging(["ROOT": token]) { $1 }, http: http ?? self.http)
        return try await VaultStore(
            .of("vault", standard.merging(values) { $1 }), SharedLogins(), resolver)
    }
}

/// Starts one server for a suite and stops it at the end.
struct WithOpenBao: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await Workbench.open { bench in
            let server = try await OpenBao.start(on: bench)
            try await OpenBao.$current.withValue(server) { try await function() }
        }
    }
}

extension Trait where Self == WithOpenBao {
    static var openBao: Self { WithOpenBao() }
}
