import Foundation
import HTTPTransport
import RotationCore
import Synchronization
import Testing

@testable import Adapters

/// What is carried on from answer to request, so that a standby doesn't answer with the past.
struct VaultIndexTests {
    /// Answers with one document, and with the next index each time.
    private final class Answers: HTTPClient {
        private let state: Mutex<(indexes: [String], asked: [HTTPRequest])>

        init(_ indexes: [String]) { state = Mutex((indexes, [])) }

        var sent: [String?] { state.withLock { $0.asked.map { $0.headers["X-Vault-Index"] } } }
        var asked: [HTTPRequest] { state.withLock { $0.asked } }

        func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
            let index = state.withLock { state in
                state.asked.append(request)
                return state.indexes.isEmpty ? nil : state.indexes.removeFirst()
            }
            let body = #"{"data":{"data":{"client_secret":"s"},"metadata":{"version":1}}}"#
            var headers: HTTPHeaders = [:]
            headers["x-vault-index"] = index
            return HTTPResponse(status: 200, headers: headers, body: Array(body.utf8))
        }
    }

    private func index(_ value: Int, of cluster: String = "c") -> String {
        Data(#"{"cluster":"\#(cluster)","value":"\#(value)"}"#.utf8).base64EncodedString()
    }

    private func store(_ http: Answers, _ resolver: SecretResolver, path: String, port: Int = 1)
        async throws -> VaultStore
    {
        try await VaultStore(
            .of(
                "vault",
                [
                    "address": .text("https://vault.example:\(port)"), "path": .text(path),
                    "auth": .group(["token": "env:T"]),
                ]), SharedLogins(), resolver)
    }

    @Test func `an index is carried on by stores and references of the same address`()
        async throws
    {
        let http = Answers([index(1), index(3), index(2)])
        let resolver = SecretResolver(
            environment: [
                "T": "t", "VAULT_ADDR": "https://vault.example:1/", "VAULT_TOKEN": "t",
            ], http: http)
        let (one, two) = (
            try await store(http, resolver, path: "one"),
            try await store(http, resolver, path: "two")
        )
        _ = try await one.read()
        _ = try await two.read()
        // This answer is from behind, and teaches nothing.
        _ = try await one.read()
        let reference = try #require(SecretReference("vault:secret/one#client_secret"))
        _ = try await resolver.resolve(reference, for: "okta")
        #expect(http.sent == [nil, index(1), index(3), index(3)])
        #expect(
            http.asked.map { $0.headers["X-Vault-Inconsistent"] }
                == [nil] + [String](repeating: "forward-active-node", count: 3))
        // Another address is another cluster.
        _ = try await store(http, resolver, path: "one", port: 2).read()
        #expect(http.sent.last == .some(nil))
    }

    @Test func `an index that can't be compared replaces the one before`() {
        let indexes = VaultIndexes()
        let enterprise = { (local: Int, replicated: Int) in
            Data("v1:c:\(local):\(replicated):mac".utf8).base64EncodedString()
        }
        for (told, held) in [
            (index(5), index(5)), (index(4), index(5)), (index(40), index(40)),
            (index(1, of: "d"), index(1, of: "d")), ("odd", "odd"), (index(2), index(2)),
            (enterprise(7, 7), enterprise(7, 7)), (enterprise(6, 7), enterprise(7, 7)),
            (enterprise(6, 8), enterprise(6, 8)), ("", enterprise(6, 8)),
        ] {
            indexes.learn(told, from: "a")
            #expect(indexes["a"] == held)
        }
        #expect(indexes["b"] == nil)
    }

    @Test func `a node that is behind is asked again later`() async throws {
        let api = VaultAPI(
            address: "https://vault.example", namespace: nil, caFile: nil,
            http: OneAnswer(412, #"{"errors":["required index state not present"]}"#),
            indexes: VaultIndexes())
        let answer = try await api.send("GET", "secret/data/x", token: "t", .read)
        for effect in [CallEffect.read, .repeatable] {
            let error = api.error(answer, effect)
            #expect(error.kind == .unavailable(retryAfter: .seconds(1)))
            #expect(error.code == "vault-node-behind")
        }
    }
}
