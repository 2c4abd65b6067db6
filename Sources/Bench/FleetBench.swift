import Foundation

/// Rotates a fleet of one series against a practice server of its own.
struct FleetBench {
    private let series: Series
    private let programs: Programs
    private let scratch: Scratch

    init(_ series: Series, _ programs: Programs, _ scratch: Scratch) {
        self.series = series
        self.programs = programs
        self.scratch = scratch
    }

    /// What `run --json` says at its end.
    private struct Summary: Decodable {
        let completed: Int
        let commits: Int
        let transactions: Int
        let requests: Int
    }

    private struct Sample {
        let child: Child
        let summary: Summary
        let serverProcessor: Double
        let foreign: Double
    }

    func run() async throws -> Series.Result {
        let server = try PracticeServer(programs, scratch)
        defer { try? server.stop() }
        var place = try Place("fleet-\(UUID().uuidString)", programs, scratch)
        place.environment["OKTA_API_TOKEN"] = server["OKTA_API_TOKEN"]
        let names = (0..<series.clients).map { "client-\($0)" }
        try await server.register(names) { Self.firstSecret(of: $0) }
        let secrets = try scratch.directory(
            "\(place.directory.split(separator: "/").last ?? "")/run")
        for name in names {
            let path = "\(secrets)/\(name)"
            try Self.firstSecret(of: name).write(toFile: path, atomically: false, encoding: .utf8)
            chmod(path, 0o600)
        }
        let files = try writePlans(names, secrets, server, place)
        var samples: [Sample] = []
        for _ in 0..<series.runs {
            for file in files { _ = try place.holdover(["start", file, "--all"]) }
            if series.delay > 0 { try await server.delay(by: series.delay) }
            samples.append(try rotate(place, server))
            if series.delay > 0 { try await server.removeDelay() }
            try await check(names, secrets, server)
        }
        return result(samples)
    }

    private func rotate(_ place: Place, _ server: PracticeServer) throws -> Sample {
        let (before, busy) = (server.processor(), Machine.busy())
        let child = try place.holdover(["run", "--jobs", "\(series.jobs)", "--json", "--quiet"])
        let last = child.output.split(separator: "\n").last ?? ""
        let summary = try JSONDecoder().decode(Summary.self, from: Data(last.utf8))
        guard summary.completed == series.clients else {
            throw Failure("\(summary.completed) of \(series.clients) were completed: \(last)")
        }
        let served = server.processor() - before
        let cores = Double(ProcessInfo.processInfo.activeProcessorCount)
        let foreign = (Machine.busy() - busy - served - child.processor) / (child.wall * cores)
        return Sample(
            child: child, summary: summary, serverProcessor: served, foreign: max(0, foreign))
    }

    /// A run counts only where the files hold what the server takes.
    private func check(_ names: [String], _ secrets: String, _ server: PracticeServer) async throws
    {
        for name in [names[0], names[names.count / 2], names[names.count - 1]] {
            let secret = try String(contentsOfFile: "\(secrets)/\(name)", encoding: .utf8)
            guard secret != Self.firstSecret(of: name), try await server.accepts(secret, of: name)
            else { throw Failure("\(name) was not rotated") }
        }
    }

    private func result(_ samples: [Sample]) -> Series.Result {
        let count = Double(series.clients)
        let median = { (value: (Sample) -> Double) in samples.map(value).median }
        return Series.Result(
            series: series, seconds: median { $0.child.wall / 1_000 },
            processor: median { $0.child.processor / count },
            system: median { $0.child.system / count },
            serverProcessor: median { $0.serverProcessor / count },
            foreign: median(\.foreign),
            peak: median { $0.child.peak }, commits: median { Double($0.summary.commits) / count },
            transactions: median { Double($0.summary.transactions) / count },
            requests: median { Double($0.summary.requests) / count })
    }

    /// 48 characters, as holdover makes them.
    private static func firstSecret(of name: String) -> String {
        let start = "first0secret0of0" + name.filter(\.isLetter) + name.filter(\.isNumber)
        return start + String(repeating: "x", count: max(0, 48 - start.count))
    }

    /// A file holds at most this many, so that none is larger than a plan may be.
    private static let clientsInFile = 2_000

    private func writePlans(
        _ names: [String], _ secrets: String, _ server: PracticeServer, _ place: Place
    ) throws -> [String] {
        let rules = """
            server:
              type: okta
              url: \(server["PRACTICE_URL"] ?? "")
              token_endpoint: \(server["OKTA_TOKEN_URL"] ?? "")
              issuer: \(server["OKTA_ISSUER"] ?? "")
              admin: {token: "env:OKTA_API_TOKEN"}
            stores: [{type: file, path: "\(secrets)/{client}"}]
            soak: 0s
            overlap: 0s
            watch: 0s
            probe: {successes: 1, window: 0s}
            clients:

            """
        return try stride(from: 0, to: names.count, by: Self.clientsInFile).map { first in
            let part = names[first..<min(first + Self.clientsInFile, names.count)]
            let lines = part.map { "  - {client: \($0), client_id: \($0)}\n" }
            let path = "\(place.plans)/fleet-\(first).yaml"
            try (rules + lines.joined()).write(toFile: path, atomically: false, encoding: .utf8)
            chmod(path, 0o600)
            return path
        }
    }
}
