/// What came of the demonstration: the counts of its consumers, and the records of its rotations.
struct Summary: Sendable {
    var records: [RotationRecord] = []
    var tallies: [(consumer: DemoConsumer, tally: ConsumerTally)] = []
    /// What became of the calls to each service.
    var calls: [ServiceCalls] = []
    /// Token requests of each client that the server says it granted.
    var granted: [String: Int] = [:]

    var requests: Int { tallies.map(\.tally.requests).reduce(0, +) }
    var missed: Int { tallies.map(\.tally.missed).reduce(0, +) }
    var completed: Int { records.count(where: \.isCompleted) }

    /// The last line.
    var verdict: String {
        let (made, failed) = (calls.map(\.made).reduce(0, +), calls.map(\.failed).reduce(0, +))
        return "demo: \(completed) rotations completed, \(requests) token requests, "
            + "\(missed) failed; \(made) calls of services, \(failed) failed"
    }

    /// What contradicts itself: more tokens had than the server gave.
    func contradiction(among clients: [String]) -> String? {
        for client in clients {
            let had = had(by: client)
            let given = granted[client] ?? 0
            if had > given { return "\(client) had \(had) tokens and the server gave \(given)" }
        }
        return nil
    }

    private func had(by client: String) -> Int {
        tallies.filter { $0.consumer.client == client }
            .map { $0.tally.requests - $0.tally.missed }.reduce(0, +)
    }

    func show(on timeline: Timeline) async {
        await timeline.title("What came of it")
        for line in rotations.lines { await timeline.line("  " + line) }
        if let guards = records.first?.guards.first {
            await timeline.line("  guards: \(guards.joined(separator: ", "))")
        }
        await timeline.line()
        for line in consumers.lines { await timeline.line("  " + line) }
        await timeline.line()
        for one in calls {
            await timeline.line(
                "  \(one.client)/service answered \(one.made - one.failed) of \(one.made) calls")
        }
        for record in records {
            let given = granted[record.client] ?? 0
            let own = given - had(by: record.client)
            await timeline.line(
                "  the server gave \(given) tokens to \(record.client), "
                    + "\(own) of them to holdover's own probes")
        }
    }

    private var rotations: Table {
        var table = Table(
            header: ["ROTATION", "SERVER", "STATE", "TOOK", "GUARDS PASSED", "KILLED"])
        for one in records {
            table.add([
                one.client, one.dialect.words, one.isCompleted ? "completed" : "not completed",
                "\((one.seconds * 10).rounded() / 10) s",
                one.guards.map { "\($0.count)" }.joined(separator: " + "), "\(one.kills)",
            ])
        }
        return table
    }

    private var consumers: Table {
        var table = Table(
            header: ["CONSUMER", "SECRET IN A", "LEARNS OF IT", "REQUESTS", "FAILED", "USES"])
        for (consumer, tally) in tallies {
            table.add([
                "\(consumer.client)/\(consumer.name)", consumer.place.words, consumer.habit.words,
                "\(tally.requests)", "\(tally.missed)", tally.secret,
            ])
        }
        return table
    }
}
