import Foundation

/// A real OpenBao server in memory, by `Tests/Services/openbao.sh`.
public struct OpenBaoProcess: Sendable {
    /// An answer that isn't a 2xx.
    public struct Failure: Error, CustomStringConvertible {
        /// What it said.
        public let description: String
    }

    /// Its base URL.
    public let address: String
    /// A token; the root's, if no other was made.
    public let token: String
    private let root: String
    private let server: RealServerProcess
    private let http: LoopbackHTTP

    /// Whether `HOLDOVER_SKIP_OPENBAO=1` says to do without.
    public static var isSkipped: Bool {
        ProcessInfo.processInfo.environment["HOLDOVER_SKIP_OPENBAO"] == "1"
    }

    /// Starts a server that ends with the workbench.
    public static func start(on bench: Workbench) async throws -> OpenBaoProcess {
        let server = try await RealServerProcess.start("openbao", on: bench)
        let (address, token) = (server["BAO_ADDR"], server["BAO_TOKEN"])
        return OpenBaoProcess(
            address: address, token: token, root: token, server: server,
            http: try LoopbackHTTP(address))
    }

    /// The file in which it notes what was asked.
    public var auditLog: String { server["AUDIT_LOG"] }

    /// The program, which is its agent too.
    public var program: String { server["BAO"] }

    /// Lets it answer nobody, until it goes on.
    public func freeze() { if let pid = pid_t(server["PID"]), pid > 1 { kill(pid, SIGSTOP) } }
    /// Lets it go on.
    public func thaw() { if let pid = pid_t(server["PID"]), pid > 1 { kill(pid, SIGCONT) } }

    /// Ends it before the workbench does.
    public func stop() async { await server.stop() }

    /// The same server with another token, which may do everything.
    public func withToken(_ token: String) async throws -> OpenBaoProcess {
        try await ask(
            "POST", "auth/token/create", #"{"id":"\#(token)","policies":["root"],"ttl":"1h"}"#)
        return OpenBaoProcess(
            address: address, token: token, root: root, server: server, http: http)
    }

    /// Puts a field into a KV v2 document below `secret/`; other fields of it are lost.
    public func put(_ value: String, at path: String, field: String = "client_secret")
        async throws
    {
        try await ask("POST", "secret/data/\(path)", #"{"data":{"\#(field)":"\#(value)"}}"#)
    }

    /// The field of a KV v2 document below `secret/`; nil where there is none.
    public func get(_ path: String, field: String = "client_secret") async throws -> String? {
        struct Document: Decodable {
            struct Version: Decodable { let data: [String: String]? }
            let data: Version
        }
        let answer = try await ask("GET", "secret/data/\(path)")
        return try JSONDecoder().decode(Document.self, from: answer.body).data.data?[field]
    }

    /// Sends a request as root; throws where the answer isn't a 2xx.
    @discardableResult
    public func ask(_ method: String, _ path: String, _ json: String? = nil) async throws
        -> LoopbackHTTP.Answer
    {
        let answer = try await http.send(
            method, "/v1/\(path)", headers: ["X-Vault-Token": root], body: json)
        guard (200..<300).contains(answer.status) else {
            throw Failure(description: "\(method) \(path): \(answer.status) \(answer.text)")
        }
        return answer
    }
}
