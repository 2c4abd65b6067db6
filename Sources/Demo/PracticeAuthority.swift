import Foundation
import HTTPTransport

/// The practice server of the demonstration, on a free port of 127.0.0.1.
struct PracticeAuthority: Sendable {
    /// What it announced: addresses, and admin credentials that it made for itself.
    let values: [String: String]
    private let http: CurlClient

    /// Starts it and waits until it says where it listens.
    static func start(_ programs: Programs, on stage: DemoStage, with crew: Crew) async throws
        -> PracticeAuthority
    {
        try stage.write(seed, to: "seed.json")
        let program = ChildProgram(
            path: programs.practiceServer,
            arguments: ["serve", "--port", "0", "--seed-file", stage.path("seed.json")])
        let (lines, sink) = AsyncStream<String>.makeStream()
        await crew.hire("the practice server", program) { line in
            if let line { sink.yield(line) } else { sink.finish() }
        }
        var values: [String: String] = [:]
        var complaint = ""
        for await line in lines {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2, parts[0].allSatisfy({ $0.isUppercase || $0 == "_" }) {
                values[parts[0]] = parts[1]
            } else {
                complaint = ": \(line)"
            }
            if values["PRACTICE_PID"] != nil {
                return PracticeAuthority(values: values, http: CurlClient())
            }
        }
        try Task.checkCancellation()
        throw DemoFailure("the practice server didn't start\(complaint)")
    }

    subscript(_ name: String) -> String { values[name] ?? "" }

    /// Makes a client and returns its first secret.
    func register(_ client: String, _ dialect: Dialect) async throws -> String {
        struct Made: Decodable { let secret: String }
        let made: Made = try await control(
            "POST", "clients",
            ["dialect": dialect.rawValue, "client_id": client, "internal_id": client]
        ).json()
        return made.secret
    }

    func arm(_ fault: PracticeFault) async throws { _ = try await control("POST", "faults", fault) }

    /// How many faults still wait for their request.
    func armedFaults() async throws -> Int {
        struct Armed: Decodable {}
        let armed: [Armed] = try await control("GET", "faults").json()
        return armed.count
    }

    /// From now on every change of a secret takes this long to be seen at the token endpoint.
    func delayChanges(milliseconds: Int) async throws {
        _ = try await control("PUT", "settings", ["propagation_ms": milliseconds])
    }

    /// How many secrets of a client it accepts now.
    func acceptedSecrets(of client: String) async throws -> Int {
        struct Report: Decodable {
            struct Secret: Decodable {
                let isAccepted: Bool
                enum CodingKeys: String, CodingKey { case isAccepted = "is_accepted" }
            }
            let secrets: [Secret]
        }
        let report: Report = try await control("GET", "clients/\(client)").json()
        return report.secrets.count(where: \.isAccepted)
    }

    /// How many token requests of each client it answered with a token.
    func acceptedRequests() async throws -> [String: Int] {
        struct Line: Decodable {
            struct Counters: Decodable { let accepted: Int }
            let client: String
            let counters: Counters
            enum CodingKeys: String, CodingKey { case client = "client_id", counters }
        }
        let lines: [Line] = try await control("GET", "stats").json()
        return Dictionary(lines.map { ($0.client, $0.counters.accepted) }, uniquingKeysWith: +)
    }

    private func control(
        _ method: String, _ path: String, _ body: (any Encodable)? = nil
    ) async throws -> HTTPResponse {
        let bytes = try body.map { Array(try JSONEncoder().encode($0)) }
        let response = try await http.send(
            HTTPRequest(
                method: method, url: "\(self["PRACTICE_URL"])/practice/\(path)",
                headers: [
                    "X-Practice-Key": self["PRACTICE_KEY"], "Content-Type": "application/json",
                ], body: bytes))
        guard (200..<300).contains(response.status) else {
            throw DemoFailure(
                "the practice server answers \(method) \(path) with \(response.status)")
        }
        return response
    }

    /// The realm's secret-rotation policy: without one Keycloak forgets the old secret at once.
    private static let seed = """
        {
          "keycloak_profiles": {"profiles": [{"name": "rotation", "executors": [{
            "executor": "secret-rotation", "configuration": {"expiration-period": 864000,
            "rotated-expiration-period": 86400, "remaining-rotation-period": 0}}]}]},
          "keycloak_policies": {"policies": [{"name": "rotation", "enabled": true,
            "profiles": ["rotation"], "conditions": [{"condition": "client-access-type",
            "configuration": {"type": ["confidential"]}}]}]}
        }
        """
}
