public import RotationCore
public import RotationEngine

/// What holdover says of itself at one moment.
public struct MetricsPage: Sendable {
    /// The version of this holdover.
    public var version: String
    /// The present moment.
    public var now: Instant
    /// What the journal says; nil where it can't be read.
    public var standing: JournalStanding?
    /// Whether nothing is done with the journal until a person decides.
    public var isFrozen: Bool
    /// The last run, where the journal doesn't know of it or of its end.
    public var run: RunRecord?
    /// What was counted and isn't in the journal.
    public var counts: [CountedSeries: Double]

    /// A page.
    public init(
        version: String, now: Instant, standing: JournalStanding?, isFrozen: Bool = false,
        run: RunRecord? = nil, counts: [CountedSeries: Double] = [:]
    ) {
        self.version = version
        self.now = now
        self.standing = standing
        self.isFrozen = isFrozen
        self.run = run
        self.counts = counts
    }

    /// The whole text; every metric is named, also one that has no value now.
    public func text(_ format: MetricFormat) -> String {
        let samples = samples()
        var text = MetricText(format)
        for family in MetricFamily.all { text.add(family, samples[family] ?? []) }
        return text.text
    }

    private typealias Samples = [MetricFamily: [MetricSample]]

    private func samples() -> Samples {
        var samples: Samples = [
            .build: [MetricSample(1, version)],
            .journalReadable: [MetricSample(standing == nil ? 0 : 1)],
        ]
        if let standing {
            addClients(standing, &samples)
            addRotations(standing, &samples)
            addAlerts(standing, &samples)
            samples[.keyAge] = [age(since: standing.sealedSince)]
            samples[.journalFrozen] = [MetricSample(isFrozen ? 1 : 0)]
        }
        addLastRun(&samples)
        let all = counts.merging(standing?.counts ?? [:], uniquingKeysWith: +)
        samples.merge(CountedSamples(all).byFamily) { $1 }
        return samples
    }

    private func age(since moment: Instant, _ values: String...) -> MetricSample {
        MetricSample(now.since(moment).inSeconds, values: values)
    }

    private func addClients(_ standing: JournalStanding, _ samples: inout Samples) {
        let live = Set(standing.live.map(\.client))
        for client in standing.clients {
            let name = client.name.rawValue
            samples[.secretAge, default: []].append(age(since: client.secretSince, name))
            if let period = client.period {
                samples[.secretPeriod, default: []].append(MetricSample(period.inSeconds, name))
            }
            if let due = client.dueAt {
                samples[.secretDue, default: []].append(MetricSample(due.inSeconds, name))
            }
            let isOverdue = client.dueAt.map { $0 <= now } ?? false && !live.contains(client.name)
            samples[.secretOverdue, default: []].append(MetricSample(isOverdue ? 1 : 0, name))
        }
    }

    private func addRotations(_ standing: JournalStanding, _ samples: inout Samples) {
        struct Place: Hashable { let state, reason: String }
        var places: [Place: Double] = [:]
        for rotation in standing.live {
            guard let phase = rotation.state.phase else { continue }
            let state = if case .held = rotation.state { "held" } else { "running" }
            let place = Place(state: state, reason: rotation.reason?.rawValue ?? Self.noReason)
            places[place, default: 0] += 1
            let client = rotation.client.rawValue
            samples[.phaseAge, default: []].append(
                age(since: rotation.phaseSince, client, state, phase.rawValue, place.reason))
            samples[.waiting, default: []].append(
                age(since: rotation.waitingSince, client, state, phase.rawValue, place.reason))
            let verdicts = rotation.verdicts.sorted { $0.key.rawValue < $1.key.rawValue }
            samples[.consumers, default: []] += verdicts.map {
                MetricSample(Double($0.value), client, $0.key.rawValue)
            }
        }
        samples[.rotations] = places.map { MetricSample($0.value, $0.key.state, $0.key.reason) }
            .sorted { $0.values.lexicographicallyPrecedes($1.values) }
        samples[.completed] = [MetricSample(Double(standing.completed))]
        samples[.abandoned] = [MetricSample(Double(standing.abandoned))]
    }

    private func addAlerts(_ standing: JournalStanding, _ samples: inout Samples) {
        samples[.undelivered] = standing.backlog.map { MetricSample(Double($0.count), $0.channel) }
        samples[.undeliveredAge] = standing.backlog.map { age(since: $0.since, $0.channel) }
        samples[.givenUp] = standing.givenUp.sorted { $0.key < $1.key }
            .map { MetricSample(Double($0.value), $0.key) }
        samples[.notices] = standing.notices.map {
            MetricSample(Double($0.count), $0.client.rawValue, $0.kind.rawValue)
        }
    }

    /// What stands for a reason where a rotation is moving.
    static let noReason = "none"

    private func addLastRun(_ samples: inout Samples) {
        guard let last = run ?? standing?.lastRun else { return }
        samples[.runStart] = [MetricSample(last.startedAt.inSeconds)]
        samples[.runEnd] = [MetricSample(last.endedAt.inSeconds)]
        samples[.runDuration] = [MetricSample(last.endedAt.since(last.startedAt).inSeconds)]
        samples[.runExitCode] = [MetricSample(Double(last.exitCode))]
        let wrong = last.plansWrong ?? standing?.lastRun?.plansWrong
        samples[.plansWrong] = wrong.map { [MetricSample(Double($0))] }
        let failed = last.rotationsFailed ?? standing?.lastRun?.rotationsFailed
        samples[.rotationsFailed] = failed.map { [MetricSample(Double($0))] }
        if let success = last.succeededAt ?? standing?.lastRun?.succeededAt {
            samples[.runSuccess] = [MetricSample(success.inSeconds)]
        }
    }
}

extension Span {
    var inSeconds: Double { Double(milliseconds) / 1_000 }
}

extension Instant {
    var inSeconds: Double { Double(milliseconds) / 1_000 }
}
