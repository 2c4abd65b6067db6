import Foundation

/// A practice consumer as a process of its own, fetching tokens all the time.
public struct ConsumerProcess: Sendable {
    /// Where it reads its secret, and how it notices a new one.
    public enum Source: Sendable {
        /// A file whose directory it watches.
        case watching(file: String)
        /// The fields `client_id` and `client_secret` of a JSON file whose directory it watches.
        case pair(file: String)
        /// The fields `client_secret` and `next_secret` of a JSON file whose directory it watches;
        /// it tries the second where the first is refused.
        case twofold(file: String)
        /// A field of a JSON file that it reads again when its hook sends a SIGHUP.
        case hooked(file: String, field: String)
        /// A field of a document in OpenBao, read again every so often.
        case polling(OpenBaoProcess, path: String, field: String, every: Duration)
    }

    /// What it counted.
    public struct Stats: Decodable, Sendable {
        /// Token requests that ended, in whatever way.
        public let requests: Int
        /// Answers that weren't a token.
        public let failed: Int
        /// How often the candidate got the token that the secret didn't.
        public let seconds: Int
        /// How often the secret was read.
        public let reloads: Int
        /// How often it couldn't be read.
        public let unreadable: Int
        /// What went wrong last.
        public let lastFailure: String
    }

    /// Its name in plans and stats.
    public let name: String
    /// The file of its adoption reports.
    public let reportPath: String
    /// The file with its process id.
    public let pidPath: String
    /// The process.
    public let process: SpawnedProcess
    private let statsPath: String

    /// Starts a consumer of a client and waits for its first request.
    public static func start(
        _ name: String, on bench: Workbench, client: String, at server: PracticeServerProcess,
        _ dialect: PracticeServerProcess.Dialect, reading source: Source,
        pause: Duration = .milliseconds(20)
    ) async throws -> ConsumerProcess {
        try await start(
            name, on: bench, client: client, endpoint: server.tokenURL(dialect),
            scope: PracticeServerProcess.scope(dialect), reading: source, pause: pause)
    }

    /// The same at any token endpoint.
    public static func start(
        _ name: String, on bench: Workbench, client: String, endpoint: String,
        scope: String? = nil, reading source: Source, pause: Duration = .milliseconds(20)
    ) async throws -> ConsumerProcess {
        let place = try bench.directory("consumers/\(name)")
        let arguments =
            [
                "--name", name, "--client-id", client, "--token-endpoint", endpoint, "--report",
                "\(place)/report", "--stats", "\(place)/stats", "--pid-file", "\(place)/pid",
                "--pause", pause.milliseconds,
            ] + (scope.map { ["--scope", $0] } ?? [])
            + (try options(source, in: "consumers/\(name)", bench))
        let process = try bench.spawn(name, Binaries.path("practice-consumer"), arguments)
        let consumer = ConsumerProcess(
            name: name, reportPath: "\(place)/report", pidPath: "\(place)/pid", process: process,
            statsPath: "\(place)/stats")
        let isReady = await eventually(within: .seconds(30)) {
            (try? consumer.stats().requests > 0) == true || process.ending != nil
        }
        guard isReady, process.ending == nil else {
            let said = (try? TextFile.read(process.errorPath)) ?? ""
            throw PracticeServerProcess.NotReady(description: "consumer \(name): \(said)")
        }
        return consumer
    }

    private static func options(_ source: Source, in place: String, _ bench: Workbench) throws
        -> [String]
    {
        switch source {
        case .watching(let file): return ["--secret-file", file, "--habit", "watch"]
        case .pair(let file):
            return [
                "--secret-file", file, "--json-field", "client_secret", "--client-id-field",
                "client_id", "--habit", "watch",
            ]
        case .twofold(let file):
            return [
                "--secret-file", file, "--json-field", "client_secret", "--candidate-field",
                "next_secret", "--habit", "watch",
            ]
        case .hooked(let file, let field):
            return ["--secret-file", file, "--json-field", field, "--habit", "hook"]
        case .polling(let bao, let path, let field, let pause):
            let token = try bench.write(bao.token, to: "\(place)/openbao-token")
            return [
                "--vault-address", bao.address, "--vault-token-file", token, "--vault-path",
                "secret/data/\(path)", "--vault-field", field, "--habit", "interval",
                "--reload-every", pause.milliseconds,
            ]
        }
    }

    /// A reload hook's command: tells this consumer to read its secret again.
    ///
    /// The id is read when the hook runs, so a consumer that was started anew is told too.
    public static func reloading(_ name: String, on bench: Workbench) -> [String] {
        ["/bin/sh", "-c", #"kill -HUP "$(cat "$1")""#, "reload", bench.at("consumers/\(name)/pid")]
    }

    /// Its counts, at most a quarter of a second old while it runs.
    public func stats() throws -> Stats {
        let data = try Data(contentsOf: URL(fileURLWithPath: statsPath))
        return try JSONDecoder().decode(Stats.self, from: data)
    }

    /// Ends it and gives its last counts.
    @discardableResult
    public func stop() async throws -> Stats {
        await process.end()
        return try stats()
    }
}

extension Duration {
    /// As the consumer's options spell it.
    fileprivate var milliseconds: String {
        let (seconds, attoseconds) = components
        return "\(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)ms"
    }
}
