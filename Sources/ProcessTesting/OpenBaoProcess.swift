import Foundation

/// A real OpenBao server in memory, by `Tests/Services/openbao.sh`.
public struct OpenBaoProcess: Sendable {
    /// A server that didn't start, or an answer that isn't a 2xx.
    public struct Failure: Error, CustomStringConvertible {
        /// What it said.
        public let description: String
    }

    /// Its base URL.
    public let address: String
    /// A token; the root's, if no other was made.
    public let token: String
    private let root: String
    private let http: LoopbackHTTP

    /// Whether `HOLDOVER_SKIP_OPENBAO=1` says to do without.
    public static var isSkipped: Bool {
        ProcessInfo.processInfo.environment["HOLDOVER_SKIP_OPENBAO"] == "1"
    }

    /// Starts a server that ends with the workbench.
    public static func start(on bench: Workbench) async throws -> OpenBaoProcess {
        let place = try bench.directory("openbao")
        let process = try bench.spawn(
            "openbao", "/bin/bash", [script, "start", place], environment: kept)
        // `stop` finds the server by its pid file, so it also ends one that never got healthy.
        bench.whenClearing {
            let log = "\(place)/stop.log"
            let stopping = try? SpawnedProcess(
                "/bin/bash", [script, "stop", place], environment: kept, output: log, errors: log)
            await stopping?.wait()
        }
        let ending = await process.wait()
        let values = PracticeServerProcess.values(in: try TextFile.read(process.outputPath))
        guard ending == .exited(0), let address = values["BAO_ADDR"],
            let token = values["BAO_TOKEN"]
        else {
            throw Failure(description: "\(ending): \(try TextFile.read(process.errorPath))")
        }
        return OpenBaoProcess(
            address: address, token: token, root: token, http: try LoopbackHTTP(address))
    }

    private static var script: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Tests/Services/openbao.sh").path
    }

    /// What the script needs to find or install the server.
    private static var kept: [String: String] {
        let names = ["HOME", "PATH", "XDG_CACHE_HOME", "HOLDOVER_TEST_CACHE", "PIP_INDEX_URL"]
        return ProcessInfo.processInfo.environment.filter { names.contains($0.key) }
    }

    /// The same server with another token, which may do everything.
    public func withToken(_ token: String) async throws -> OpenBaoProcess {
        try await ask(
            "POST", "auth/token/create", #"{"id":"\#(token)","policies":["root"],"ttl":"1h"}"#)
        return OpenBaoProcess(address: address, token: token, root: root, http: http)
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
