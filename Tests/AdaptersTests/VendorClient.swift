import Foundation
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

/// A vendor's own client, run by `Tests/Services/vendor-clients.py`.
struct VendorClient: Sendable {
    /// Which one.
    enum Kind: String, Sendable {
        /// Microsoft's azure-keyvault-secrets.
        case keyVault = "key-vault"
        /// Google's google-cloud-secret-manager.
        case google
        /// Amazon's for Python, and its command line: at Secrets Manager and Parameter Store.
        case boto3, aws
        case boto3Parameter = "boto3-parameter"
        case awsParameter = "aws-parameter"
        /// OpenStack's python-barbicanclient.
        case barbican
    }

    /// What it sees of a secret.
    struct Sight: Decodable, Sendable, Equatable {
        /// What consumers get.
        let value: String
        let version: String
        /// How many there are.
        let versions: Int
        /// Whether it says that the version is one for consumers.
        let enabled: Bool
    }

    /// A client that failed, in its last words.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let kind: Kind
    /// What `vendor-clients.sh` printed, and where the service is.
    let values: [String: String]

    init(_ kind: Kind, _ values: [String: String]) {
        (self.kind, self.values) = (kind, values)
    }

    /// One of Amazon's.
    init(_ kind: Kind, _ values: [String: String], at ground: AWSGround) {
        self.init(
            kind, values.merging(ground.environment) { $1 }.merging(["AWS_URL": ground.url]) { $1 })
    }

    /// What is there.
    func read(_ name: String) async throws -> Sight {
        try JSONDecoder().decode(Sight.self, from: try await run("read", name))
    }

    /// Puts `value` there, and gives the version that it got.
    @discardableResult
    func write(_ value: String, to name: String) async throws -> String {
        struct Made: Decodable { let version: String }
        let said = try await run("write", name, input: Array(value.utf8))
        return try JSONDecoder().decode(Made.self, from: said).version
    }

    /// Keeps consumers from the newest version.
    func disable(_ name: String) async throws { _ = try await run("disable", name) }

    private func run(_ verb: String, _ name: String, input: [UInt8] = []) async throws -> Data {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ChildProcess.searchPath
        let child = ChildProcess(
            command: [
                values["PYTHON"] ?? "", RealServerProcess.service("vendor-clients.py"),
                kind.rawValue, verb, name,
            ], environment: values.merging(["PATH": path]) { $1 }, input: input,
            deadline: .minutes(1), cap: 1 << 16)
        let outcome = await child.run()
        guard outcome.ending == .exited(0) else {
            throw Failure(description: outcome.explanation)
        }
        return Data(outcome.output)
    }
}

extension VendorClient {
    /// The store writes and the client reads, then the other way round, of a secret with one
    /// version.
    func agree(with store: any SecretStore, on name: String) async throws {
        // Signs that JSON, a shell or a form would have to escape.
        let ours = #"ours "\'$&+ %2F{}"#
        try await store.replace(with: ours)
        let seen = try await read(name)
        let version = try await store.read()?.version
        let expected = Sight(
            value: ours, version: version?.rawValue ?? "", versions: 2, enabled: true)
        #expect(seen == expected)
        let made = try await write("theirs", to: name)
        let found = try await store.read()
        #expect(found?.secret?.matches(ClientSecret("theirs")) == true)
        #expect(found?.version.rawValue == made)
        let error = await adapterError {
            try await store.write(ClientSecret("ours"), replacing: version)
        }
        #expect(error?.kind == .conflict)
        try await store.replace(with: "again")
        #expect(try await read(name).value == "again")
    }
}
