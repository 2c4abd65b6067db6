import Crypto
import Foundation
import ProcessTesting

extension GoldenScene {
    /// The files of a moment, to be searched when the new secret is known.
    struct Remains {
        var files: [(path: String, bytes: Data)] = []
        /// What needs no search: the noise of the ballast, as long as it is that.
        let known: Data

        mutating func keep(_ directory: String) throws {
            for path in try CanaryScan.files(below: directory) {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
                if bytes != known { files.append((path, bytes)) }
            }
        }

        mutating func keep(_ text: String, named name: String) {
            files.append((name, Data(text.utf8)))
        }
    }

    /// What is wrong after a rotation that ran to its end; nothing, if all is well.
    func complaints(
        of rotation: ChaosWorld.Rotation?, old: String, remains: Remains
    ) async throws -> [String] {
        var found: [String] = []
        if rotation?.state != "completed" {
            let why = try await holdover.run(["explain", Self.client])
            found.append("the rotation is \(rotation?.state ?? "not there"): \(why)")
        }
        guard let secret = try held() else { return found + ["the stores disagree"] }
        if secret == old { found.append("the stores hold the old secret") }
        found += try await complaintsOfServer(old: old, new: secret, rotation)
        found += try leftovers()
        for consumer in consumers {
            let stats = try consumer.stats()
            let isWell =
                stats.failed == 0 && stats.unreadable == 0 && consumer.process.ending == nil
            if !isWell { found.append("\(consumer.name): \(stats)") }
        }
        let verdict = try await holdover.run(["audit", "verify"])
        if verdict.exit != 0 { found.append("\(verdict)") }
        return try found + leaks(of: [old, secret], in: remains)
    }

    private func complaintsOfServer(
        old: String, new: String, _ rotation: ChaosWorld.Rotation?
    ) async throws -> [String] {
        var found: [String] = []
        let report = try await server.client(Self.client)
        if report.live.map(\.sha256) != [Self.digest(of: new)] {
            found.append("the server has \(report.live), not one secret, the stores'")
        }
        if report.secrets.filter(\.isAccepted).map(\.id) != report.live.map(\.id) {
            found.append("the server takes what it doesn't list: \(report)")
        }
        if dialect == .okta, report.live.map(\.id) != [rotation?.newCredential] {
            found.append("\(report.live) is not the recorded \(rotation?.newCredential ?? "none")")
        }
        let answers = (
            new: try await server.tokenStatus(dialect, Self.client, new),
            old: try await server.tokenStatus(dialect, Self.client, old)
        )
        if answers.new != 200 { found.append("the new secret is refused: \(answers.new)") }
        if answers.old == 200 { found.append("the old secret is taken") }
        return found
    }

    private static func digest(of secret: String) -> String {
        SHA256.hash(data: Data(secret.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }

    /// Files that nobody should have left, by the directory that they lie in.
    private func leftovers() throws -> [String] {
        let expected = [
            place: ["config.json", "secret"], bench.scratch: [],
            bench.stateDirectory: ["holdover.ballast", "holdover.lock", "holdover.sqlite"],
        ]
        return try expected.compactMap { directory, names in
            let there = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
            return there == names ? nil : "\(directory) holds \(there)"
        }
    }

    private func leaks(of secrets: [String], in remains: Remains) throws -> [String] {
        let scan = try CanaryScan(["the old secret": secrets[0], "the new secret": secrets[1]])
        var all = remains
        try all.keep(bench.stateDirectory)
        try all.keep(keyDirectory)
        return all.files.flatMap { scan.scan($0.bytes, named: $0.path) }.map { "\($0)" }
    }
}
