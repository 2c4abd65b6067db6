import RotationCore
import RotationEngine

/// What `holdover alerts` shows.
///
/// Stable: fields are added, never renamed.
struct AlertsView: Encodable {
    let schema = "holdover.alerts.v1"
    /// The names of the channels; nil where nobody is told.
    let channels: [String]?
    let firing: [AlertView]
    let undelivered: [BacklogView]
    let givenUp: [GivenUpView]

    enum CodingKeys: String, CodingKey { case schema, channels, firing, undelivered, givenUp }

    init(
        settings: AlertSettings?, firing: [AlertEpisode], backlog: [Backlog],
        givenUp: [QueuedDelivery]
    ) {
        channels = settings?.channels.map(\.target.name)
        self.firing = firing.map(AlertView.init)
        undelivered = backlog.map(BacklogView.init)
        self.givenUp = givenUp.map(GivenUpView.init)
    }

    func lines(at now: Instant) -> [String] {
        var lines: [String] = []
        for alert in firing {
            lines.append("\(alert.severity)  \(alert.title) [\(alert.code)]")
            lines.append("  since \(alert.since)  \(safeText(alert.detail, limit: 300))")
            lines.append("  state \(safeText(alert.standing))")
            lines.append("  next  \(safeText(alert.next, limit: 400))")
        }
        lines.append("\(firing.count) firing")
        for one in undelivered { lines.append(one.line) }
        for one in givenUp { lines.append(one.line) }
        guard let channels else {
            return lines + ["nobody is told: there is no alerts.yaml beside the plans"]
        }
        return lines + ["told: \(channels.joined(separator: ", "))"]
    }
}

/// An alert as `--json` has it.
struct AlertView: Encodable {
    let kind: String
    let severity: String
    let subject: String
    let client: String?
    let rotation: String?
    let code: String
    let title: String
    let detail: String
    let standing: String
    let next: String
    let since: String
    let firedAt: String?

    init(_ episode: AlertEpisode) {
        let alert = episode.alert
        kind = alert.kind.rawValue
        severity = alert.severity.rawValue
        subject = alert.subject
        client = alert.client?.rawValue
        rotation = alert.rotation?.rawValue
        code = alert.code
        title = safeText(alert.title, limit: 300)
        detail = alert.detail
        standing = alert.standing
        next = alert.next
        since = alert.since.utc
        firedAt = episode.firedAt?.utc
    }
}

/// A channel that messages wait for.
struct BacklogView: Encodable {
    let channel: String
    let count: Int
    let since: String
    let problem: String?

    init(_ backlog: Backlog) {
        channel = backlog.channel
        count = backlog.count
        since = backlog.since.utc
        problem = backlog.problem
    }

    var line: String {
        let words = problem.map { ": \(safeText($0, limit: 300))" } ?? ""
        return "undelivered: \(safeText(channel)): \(count) since \(since)\(words)"
    }
}

/// A message that nobody tries to deliver any more.
struct GivenUpView: Encodable {
    let channel: String
    let event: String
    let title: String
    let endedAt: String
    let problem: String?

    init(_ queued: QueuedDelivery) {
        channel = queued.delivery.channel
        event = queued.delivery.event.rawValue
        title = safeText(queued.episode.alert.title, limit: 300)
        endedAt = (queued.delivery.endedAt ?? queued.delivery.madeAt).utc
        problem = queued.delivery.problem
    }

    var line: String {
        let words = problem.map { ": \(safeText($0, limit: 300))" } ?? ""
        return "given up: \(safeText(channel)): \(event) of \(title) at \(endedAt)\(words)"
    }
}

/// What `holdover alerts test` says.
struct AlertsTestView: Encodable {
    let schema = "holdover.alerts-test.v1"
    let channels: [Result]

    enum CodingKeys: String, CodingKey { case schema, channels }

    /// What came of one channel.
    struct Result: Encodable {
        let channel: String
        let type: String
        let sent: Bool
        let error: String?
        let message: String?

        init(_ settings: ChannelSettings, _ failure: AdapterError?) {
            channel = settings.target.name
            type = settings.target.type
            sent = failure == nil
            error = failure?.code
            message = failure?.message
        }

        func line(on console: Console) -> String {
            let name = "\(safeText(channel)) (\(type)): "
            guard let error else { return name + console.colored("sent", .good) }
            let words = safeText(message ?? "", limit: 600)
            return name + console.colored("failed", .bad) + ": \(words) [\(error)]"
        }
    }
}
