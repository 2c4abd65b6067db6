import Foundation
import ProcessTesting

/// `status --json`, as far as it matters here.
struct RotationCounts: Decodable {
    struct Live: Decodable {
        let client: String
        let rotation: String
        let state: String
    }

    let counts: [String: Int]
    let live: [Live]

    /// What the journal says now; reading works while a run is in progress or was killed.
    static func read(_ holdover: HoldoverProcess) async throws -> RotationCounts {
        let said = try await holdover.run(["status", "--json"])
        guard said.exit == 0 else { throw SoakFailure("status: \(said)") }
        return try JSONDecoder().decode(RotationCounts.self, from: Data(said.output.utf8))
    }

    var completed: Int { counts["completed"] ?? 0 }
    var abandoned: Int { counts["abandoned"] ?? 0 }
    var held: Int { counts["held"] ?? 0 }
}
