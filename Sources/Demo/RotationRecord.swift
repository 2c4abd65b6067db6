import Foundation

/// What the audit has of one rotation, as `holdover history` prints it.
struct RotationRecord: Sendable {
    let client: String
    let dialect: Dialect
    let isCompleted: Bool
    /// How long it took from its start to its last line.
    let seconds: Double
    /// The guards that passed, each time the old secret was about to be touched.
    let guards: [[String]]
    /// How often `holdover run` was killed on the way.
    let kills: Int

    private struct Line: Decodable {
        let at: Int64
        let event: String
        let body: String
    }

    private struct Rotation: Decodable {
        let rotation: String
        let state: String
    }

    /// Asks holdover for the newest rotation of a client.
    init(of client: String, _ dialect: Dialect, kills: Int, _ holdover: HoldoverCommand)
        async throws
    {
        let rotations: [Rotation] = try await holdover.read("history", client)
        guard let rotation = rotations.first else {
            throw DemoFailure("the rotation of \(client) is not over")
        }
        let lines: [Line] = try await holdover.read("history", "--rotation", rotation.rotation)
        self.client = client
        self.dialect = dialect
        self.kills = kills
        isCompleted = rotation.state == "completed"
        seconds = Double((lines.last?.at ?? 0) - (lines.first?.at ?? 0)) / 1000
        guards = try lines.filter { $0.event == "guards-passed" }.map { line in
            let verdicts = try JSONDecoder().decode(
                [String: String].self, from: Data(line.body.utf8))
            return verdicts.filter { $0.value == "passes" }.keys.sorted()
        }
    }
}
