import GRDB
import RotationCore

/// What one run's sighting changes of alerts and deliveries.
struct AlertNote {
    let sighting: AlertSighting
    let channels: [ChannelTraits]
    let rules: AlertRules
    let now: Instant

    /// What is to be written.
    struct Change {
        /// Episodes that begin, change or end, each with what is said of it.
        var episodes: [(episode: AlertEpisode, deliveries: [Delivery])] = []
        /// Messages to channels that are gone.
        var abandoned: [Delivery] = []

        var isEmpty: Bool { episodes.isEmpty && abandoned.isEmpty }
    }

    /// Episodes that aren't over, in the order in which they began.
    static func open(_ database: Database) throws -> [AlertEpisode] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT \(AlertRow.columns) FROM alert a WHERE a.state <> 'resolved'
                ORDER BY a.number
                """
        ).map { try AlertRow.episode($0) }
    }

    /// An episode that was told of already.
    static func insert(_ word: AlertSlate.Word, _ database: Database) throws {
        let since = word.alert.since
        let number = try AlertRow.save(
            AlertEpisode(alert: word.alert, state: .firing, runs: 1, firedAt: since), database)
        for (channel, moment) in word.told.sorted(by: { $0.key < $1.key }) {
            var delivery = Delivery(
                episode: number, channel: channel, event: .firing, madeAt: moment)
            delivery.attempts = 1
            delivery.state = .delivered
            delivery.endedAt = moment
            try AlertRow.save(delivery, database)
        }
    }

    func plan(_ database: Database) throws -> Change {
        var change = Change()
        let open = try Self.open(database)
        let changed = AlertLedger.settle(open, seeing: sighting, by: rules, at: now)
        let numbers = Set(changed.map(\.number))
        for episode in changed {
            change.episodes.append((episode, try deliveries(about: episode, database)))
        }
        // What stays as it is may still have to be said again, or to a channel that is new.
        for episode in open where !numbers.contains(episode.number) {
            let deliveries = try deliveries(about: episode, database)
            if !deliveries.isEmpty { change.episodes.append((episode, deliveries)) }
        }
        change.abandoned = try abandoned(database)
        return change
    }

    func write(_ change: Change, _ database: Database) throws {
        for (episode, deliveries) in change.episodes {
            if episode.state == .resolved, episode.firedAt == nil {
                // Nobody was told of it.
                try database.execute(
                    sql: "DELETE FROM alert WHERE number = ?", arguments: [episode.number])
                continue
            }
            let number = try AlertRow.save(episode, database)
            for var delivery in deliveries {
                if delivery.episode == 0 {
                    delivery = Delivery(
                        episode: number, channel: delivery.channel, event: delivery.event,
                        madeAt: now)
                }
                try AlertRow.save(delivery, database)
            }
        }
        for delivery in change.abandoned { try AlertRow.save(delivery, database) }
    }

    private func deliveries(about episode: AlertEpisode, _ database: Database) throws
        -> [Delivery]
    {
        guard episode.state != .pending else { return [] }
        let last = episode.number > 0 ? try lastDeliveries(of: episode.number, database) : [:]
        return channels.compactMap { channel in
            let before = last[channel.name]
            guard
                let event = DeliveryRule.event(
                    of: episode, for: channel, after: before, by: rules, at: now)
            else { return nil }
            var delivery = Delivery(
                episode: episode.number, channel: channel.name, event: event, madeAt: now)
            // A channel that is told at every run would else fill the table.
            if channel.isRefreshed, let before { delivery.number = before.number }
            return delivery
        }
    }

    private func lastDeliveries(of episode: Int64, _ database: Database) throws
        -> [String: Delivery]
    {
        let rows = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT \(AlertRow.deliveryColumns) FROM delivery d WHERE d.alert = ?
                    ORDER BY d.number
                    """), arguments: [episode])
        return try rows.reduce(into: [:]) { last, row in
            let delivery = try AlertRow.delivery(row)
            last[delivery.channel] = delivery
        }
    }

    private func abandoned(_ database: Database) throws -> [Delivery] {
        let names = Set(channels.map(\.name))
        return try Row.fetchAll(
            database,
            sql: "SELECT \(AlertRow.deliveryColumns) FROM delivery d WHERE d.state = 'queued'"
        ).map { try AlertRow.delivery($0) }.filter { !names.contains($0.channel) }.map { delivery in
            var ended = delivery
            ended.state = .givenUp
            ended.endedAt = now
            ended.problem = "the channel is gone from the settings"
            return ended
        }
    }
}

extension AlertSlate.Word {
    func isAbout(_ other: Alert) -> Bool {
        alert.kind == other.kind && alert.subject == other.subject
    }
}
