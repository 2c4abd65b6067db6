import ClientCredentials

/// Holds requests against what the library's front page says of its circuit breaker.
///
/// In words of its own, since the breaker can't be judged by itself.
struct BreakerJudge {
    /// How often it opened.
    private(set) var openings = 0
    /// How many requests were on trial.
    private(set) var trials = 0
    /// How many of those failed.
    private(set) var failedTrials = 0
    /// Whether it is closed at the end.
    var isClosed: Bool { open == nil }
    /// Requests that were sent while it was open.
    private(set) var problems: [String] = []

    private let rules: TokenPolicy.Breaker
    private var inARow = 0
    private var open: (until: ContinuousClock.Instant, pause: Duration)?

    init(_ rules: TokenPolicy.Breaker, _ requests: [TokenWitness.Request]) {
        self.rules = rules
        for request in requests { see(request) }
    }

    private mutating func see(_ request: TokenWitness.Request) {
        if let open {
            if request.asked < open.until {
                let early = request.asked.duration(to: open.until)
                problems.append("a request was sent \(early) before the breaker's pause was over")
            }
            trials += 1
            if request.isFailure { failedTrials += 1 }
            let longer = min(rules.cap, open.pause * 2)
            self.open = request.isFailure ? (request.answered + longer, longer) : nil
            inARow = 0
        } else if request.isFailure {
            inARow += 1
            guard inARow == rules.failures else { return }
            openings += 1
            open = (request.answered + rules.pause, rules.pause)
        } else {
            inARow = 0
        }
    }
}
