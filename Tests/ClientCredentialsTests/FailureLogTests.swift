import Logging
import Synchronization
import Testing

@testable import ClientCredentials

@Suite(.timeLimit(.minutes(3))) struct FailureLogTests {
    private let server = SecretServer(accepting: "one")
    private let clock = HeldTime()
    private let lines = LogLines()

    private func provider() -> TokenProvider {
        var logger = Logger(label: "test") { [lines] _ in lines }
        logger.logLevel = .info
        let policy = TokenPolicy(
            retry: .init(attempts: 1), breaker: .init(failures: 2),
            throttle: .init(rate: 1_000, burst: 1_000))
        return TokenProvider(
            TokenEndpoint(url: "https://a.test/token"), credential: ShelfCredential("one"),
            through: server, settings: .init(policy: policy, logger: logger), time: clock.time)
    }

    @Test func `an outage is said once, however many calls it fails, and so is its end`()
        async throws
    {
        server.change { $0.outage = .away }
        let tokens = provider()
        for _ in 1...100 { _ = try? await tokens.token() }
        #expect(lines.all.count == 2, "\(lines.all)")
        #expect(lines.all.first?.contains("warning no token") == true)
        #expect(lines.all.last?.contains("the token endpoint is down; the next request") == true)
        server.change { $0.outage = nil }
        clock.move(.seconds(2))
        for _ in 1...9 { _ = try await tokens.token() }
        #expect(lines.all.count == 3)
        #expect(lines.all.last?.contains("notice tokens are to be had again") == true)
    }

    @Test func `scopes that are made up are told of, and not all remembered`() async throws {
        let tokens = provider()
        let refused = Result.json(400, #"{"error":"invalid_scope"}"#)
        server.change { $0.troubles = Array(repeating: refused, count: 102) }
        for number in 1...101 { _ = try? await tokens.token(scope: "made-up-\(number)") }
        #expect(lines.all.count == 101)
        // Forgotten in between, so it is news once more.
        _ = try? await tokens.token(scope: "made-up-1")
        #expect(lines.all.count == 102)
    }

    @Test func `how long it lasts is said in tenths of a second, and never too short`() {
        let wait = Duration.milliseconds(1_234)
        #expect(TokenFailure.circuitOpen(retryAfter: wait).description.hasSuffix(" in 1.3 s"))
        #expect(TokenFailure.throttled(retryAfter: .zero).description.hasSuffix(" in 0 s"))
    }
}

/// What was logged, in words.
private final class LogLines: LogHandler {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .info }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let details = event.metadata.map { "\($0)" } ?? ""
        lines.withLock { $0.append("\(event.level) \(event.message) \(details)") }
    }
}
