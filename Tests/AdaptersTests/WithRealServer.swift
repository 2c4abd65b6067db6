import ProcessTesting
import Testing

/// Starts the server of `Tests/Services/NAME.sh` for a suite, and ends it with the suite.
struct WithRealServer: SuiteTrait, TestScoping {
    /// The server of the suite that is running.
    @TaskLocal static var current: RealServerProcess?
    /// All of them, where a suite has several.
    @TaskLocal static var named: [String: RealServerProcess] = [:]

    let name: String

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await Workbench.open { bench in
            let server = try await RealServerProcess.start(name, on: bench)
            let all = Self.named.merging([name: server]) { $1 }
            try await Self.$named.withValue(all) {
                try await Self.$current.withValue(server) { try await function() }
            }
        }
    }
}

extension Trait where Self == WithRealServer {
    static func realServer(_ name: String) -> Self { WithRealServer(name: name) }
}
