import ClientCredentials

/// What it came to.
struct LoadFigures {
    /// What happened under one kind of failure.
    struct Act {
        let name: String
        let counts: Callers.Counts
        let seconds: Double
        let requests: Int
        let failed: Int
    }

    let acts: [Act]
    /// How long after the endpoint was back the first token was bought; nil where none was.
    let recovery: Duration?
    /// Everything that is not as it must be.
    var problems: [String] = []

    private let settings: LoadSettings
    private var mostUnderWay = 0
    private var breaker: BreakerJudge

    init(_ settings: LoadSettings, _ acts: [Act], recovery: Duration?) {
        self.settings = settings
        self.acts = acts
        self.recovery = recovery
        breaker = BreakerJudge(settings.policy.breaker, [])
    }

    /// Holds what was seen on the way, and what the provider tells, against what must be.
    mutating func judge(_ witness: TokenWitness, _ metrics: LoadMetrics) {
        let requests = witness.requests
        mostUnderWay = witness.mostUnderWay
        breaker = BreakerJudge(settings.policy.breaker, requests)
        problems += breaker.problems
        for act in acts {
            let counts = act.counts
            expect(counts.failedWithToken == 0, "\(act.name): \(counts.words ?? "") with a token")
            expect(counts.ended == 0, "\(act.name): \(counts.ended) tokens that had ended")
            expect(act.failed > 0, "\(act.name): no request failed")
        }
        expect(acts.dropFirst().first?.counts.failedWithout == 0, "an outage failed a call")
        expect(acts.last.map { $0.counts.failedWithout > 0 } ?? false, "there was always a token")
        expect(recovery != nil, "no token since the endpoint is back")
        expect(mostUnderWay == 1, "\(mostUnderWay) requests at once")
        expect(breaker.openings >= 2, "the breaker opened \(breaker.openings) times")
        expect(breaker.isClosed, "the breaker is open at the end")
        let opened = breaker.openings + breaker.failedTrials
        expect(metrics.told(2) == opened, "\(metrics.told(2)) times told open, not \(opened)")
        let fetched = metrics.sum("requests_total", "success")
        let bought = requests.count { !$0.isFailure }
        expect(fetched == bought, "\(fetched) successes told, not \(bought)")
    }

    private mutating func expect(_ isAsItMustBe: Bool, _ words: String) {
        if !isAsItMustBe { problems.append(words) }
    }

    /// A block for each act, a line for each figure and one for each problem.
    var text: String {
        let blocks = acts.map { act in
            """
            \(act.name)
              calls                \(act.counts.calls) in \(Int(act.seconds)) s
              failed with a token  \(act.counts.failedWithToken)
              failed without       \(act.counts.failedWithout)
              longest with a token \(Self.milliseconds(act.counts.longest)) ms
              token requests       \(act.requests), \(act.failed) failed

            """
        }
        let rest = """
            callers                \(settings.callers)
            requests at once       \(mostUnderWay)
            breaker                opened \(breaker.openings) times, \(breaker.trials) trials, \
            \(breaker.failedTrials) failed
            first token            \(Self.milliseconds(recovery ?? .zero)) ms after an outage
            failed                 \(problems.count)

            """
        return blocks.joined() + rest + problems.prefix(20).map { "problem: \($0)\n" }.joined()
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        Int(duration / .milliseconds(1))
    }
}
