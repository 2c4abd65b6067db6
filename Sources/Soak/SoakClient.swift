import Foundation
import ProcessTesting

/// A client of the practice server, its file and its plan.
struct SoakClient: Sendable {
    let id: String
    let dialect: PracticeServerProcess.Dialect
    /// The file that its consumers read.
    let file: String
    /// The secret that it begins with.
    let first: String

    /// Registers `number`'s client of a dialect and stores its first secret.
    init(
        _ dialect: PracticeServerProcess.Dialect, _ number: Int, on bench: Workbench,
        at server: PracticeServerProcess
    ) async throws {
        id = "soak-\(dialect)-\(number)"
        self.dialect = dialect
        first = (UUID().uuidString + UUID().uuidString).replacing("-", with: "")
        try bench.directory("stores/\(id)")
        file = try bench.write(first, to: "stores/\(id)/secret")
        try await server.createClient(dialect, id, secret: first)
    }

    /// What the file holds now.
    func stored() throws -> String { try String(contentsOfFile: file, encoding: .utf8) }

    /// Writes a plan that is due all the time.
    func plan(of consumers: [SoakConsumer], at server: PracticeServerProcess, on bench: Workbench)
        throws
    {
        var plan = PlanText.of(dialect, id, at: server, stores: [PlanText.file(file)])
        plan.consumers = consumers.map { ($0.name, $0.reportPath) }
        // A creation that a killed run sent may happen late; the second look for it comes later
        // still, as it does with the minute that plans have if they say nothing.
        plan.rules.removeAll { $0.hasPrefix("retry:") }
        plan.rules.append("retry: {first: 200ms, cap: 800ms, settle: 1500ms}")
        plan.rules.append("schedule: {every: 1500ms, jitter: 500ms}")
        try plan.write(on: bench)
    }
}
