import Foundation

/// Three real OpenBao nodes over TLS and raft, by `Tests/Services/openbao-cluster.sh`.
public struct OpenBaoCluster: Sendable {
    /// The base URLs of the nodes.
    public let nodes: [String]
    /// The token of the root.
    public let token: String
    /// The authority that the nodes' certificates are of.
    public let caFile: String
    private let bench: Workbench
    private let server: RealServerProcess

    /// Starts a cluster that ends with the workbench.
    public static func start(on bench: Workbench) async throws -> OpenBaoCluster {
        let server = try await RealServerProcess.start("openbao-cluster", on: bench)
        return OpenBaoCluster(
            nodes: (0...2).map { server["NODE\($0)"] }, token: server["BAO_TOKEN"],
            caFile: server["CA"], bench: bench, server: server)
    }

    /// A file that belongs to it, such as `one.pem`, the certificate of a client.
    public func file(_ name: String) -> String { "\(server["DIR"])/\(name)" }

    /// The number of the node that leads; nil while none does.
    public func leader() async throws -> Int? {
        for (number, node) in nodes.enumerated() {
            if try await curl(["-f", "\(node)/v1/sys/health"]) != nil { return number }
        }
        return nil
    }

    /// The number of a node that doesn't lead.
    public func standby() async throws -> Int {
        let leader = try await leader()
        return leader == 0 ? 1 : 0
    }

    /// Ends a node as a power loss would.
    public func kill(_ number: Int) {
        guard let pid = pid_t(server["NODE\(number)_PID"]), pid > 1 else { return }
        Glibc.kill(pid, SIGKILL)
    }

    /// Starts a node that was killed; it ends with the workbench.
    public func restart(_ number: Int) throws {
        _ = try bench.spawn(
            "node\(number)", RealServerProcess.service("openbao-cluster.sh"),
            ["node", server["DIR"], String(number)],
            environment: ["HOME": NSHomeDirectory()])
    }

    /// Puts a document below `secret/`, and waits until every node has it: a standby is behind.
    public func put(_ json: String, at path: String) async throws {
        try await ask("POST", "secret/data/\(path)", "{\"data\":\(json)}")
        for number in nodes.indices {
            let isThere = await eventually(within: .seconds(20)) {
                (try? await ask("GET", "secret/data/\(path)", at: number)) != nil
            }
            guard isThere else { throw OpenBaoProcess.Failure(description: "node \(number)") }
        }
    }

    /// Sends a request as root to a node, or the one that leads; throws where the answer isn't a
    /// 2xx.
    @discardableResult
    public func ask(
        _ method: String, _ path: String, _ json: String? = nil, at number: Int? = nil
    ) async throws -> String {
        var number = number
        if number == nil { number = try await leader() }
        let node = nodes[number ?? 0]
        let said = try await curl(
            ["-f", "-X", method, "-H", "X-Vault-Token: \(token)"] + (json.map { ["-d", $0] } ?? [])
                + ["\(node)/v1/\(path)"])
        guard let said else { throw OpenBaoProcess.Failure(description: "\(method) \(path)") }
        return said
    }

    /// The field of a KV v2 document below `secret/`, as the leader has it.
    public func get(_ path: String, field: String = "client_secret") async throws -> String? {
        struct Document: Decodable {
            struct Version: Decodable { let data: [String: String]? }
            let data: Version
        }
        let answer = try await ask("GET", "secret/data/\(path)")
        return try JSONDecoder().decode(Document.self, from: Data(answer.utf8)).data.data?[field]
    }

    /// What curl prints; nil where it fails.
    private func curl(_ arguments: [String]) async throws -> String? {
        let process = try bench.spawn(
            "curl", "/usr/bin/curl",
            ["-s", "-m", "5", "--noproxy", "*", "--cacert", caFile] + arguments)
        guard await process.wait() == .exited(0) else { return nil }
        return try TextFile.read(process.outputPath)
    }
}
