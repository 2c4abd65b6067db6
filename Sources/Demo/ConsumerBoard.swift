/// How the consumers of one client fare, as rows that are replaced or as a line.
struct ConsumerBoard: Sendable {
    let consumers: [DemoConsumer]
    let stage: DemoStage

    /// Shows it until the task is cancelled.
    func run(on timeline: Timeline) async {
        let isLive = timeline.terminal.isLive
        while !Task.isCancelled {
            if isLive { await timeline.show(rows) } else { await timeline.line("  " + line) }
            try? await Task.sleep(for: isLive ? .milliseconds(200) : .seconds(1))
        }
        await timeline.clear()
    }

    private var rows: [String] {
        var table = Table(header: ["  CONSUMER", "REQUESTS", "FAILED", "SECRET"])
        for one in consumers {
            let tally = one.tally(on: stage)
            table.add(["  " + one.name, "\(tally.requests)", "\(tally.missed)", tally.secret])
        }
        return table.lines
    }

    private var line: String {
        let tallies = consumers.map { ($0.name, $0.tally(on: stage)) }
        let words = tallies.map { "\($0) \($1.requests) \($1.secret)" }
        let missed = tallies.map(\.1.missed).reduce(0, +)
        return "          consumers: \(words.joined(separator: ", ")); \(missed) failed"
    }
}
