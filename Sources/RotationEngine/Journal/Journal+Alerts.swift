import GRDB
public import RotationCore

/// A message that is in the queue, with the episode that it is about.
public struct QueuedDelivery: Sendable, Hashable {
    /// The message.
    public var delivery: Delivery
    /// The episode as it is now.
    public let episode: AlertEpisode
}

/// A channel that messages are queued for.
public struct Backlog: Sendable, Hashable {
    /// The channel's name.
    public let channel: String
    /// How many messages wait.
    public let count: Int
    /// Since when the oldest does.
    public let since: Instant
    /// What went wrong with the oldest message that was tried; nil where none was.
    public let problem: String?
}

extension Journal {
    /// How long what is over is kept, for people who ask what was said.
    private static let memory = Span.hours(30 * 24)

    /// What the journal knows of everything that can be the matter at `moment`.
    public func alertFacts(at moment: Instant) throws -> AlertFacts {
        let overdue = try due(at: moment).compactMap { client in
            client.dueAt.map { (client: client.name, since: $0) }
        }
        let life = Span(milliseconds: -AlertPolicy.noticeLife.milliseconds)
        let recent = try notices(since: moment + life)
        let watched = try watched()
        let live = Set(watched.map(\.id))
        let cutShort = try Set(recent.filter { $0.kind == .straggler }.map(\.rotation))
            .filter { try !live.contains($0) && rotation($0)?.body.isWatchCutShort == true }
        let present = try watched.flatMap { rotation in
            try notices(of: rotation.client).filter { rotation.isPresented(by: $0, at: moment) }
        }
        return AlertFacts(
            rotations: try stuck(), overdue: overdue,
            notices: recent.filter { $0.kind != .straggler || cutShort.contains($0.rotation) }
                + present,
            watched: watched)
    }

    /// Keeps what a run saw, and queues what there is to say about it, all in one transaction.
    ///
    /// Needs no lock of the state directory: no rotation depends on it.
    public func note(
        _ sighting: AlertSighting, for channels: [ChannelTraits], by rules: AlertRules,
        at now: Instant
    ) throws {
        let note = AlertNote(sighting: sighting, channels: channels, rules: rules, now: now)
        // Mostly there is nothing to write, and then nothing is synced.
        guard try !reading({ try note.plan($0).isEmpty }) else { return }
        try Self.translating {
            try queue.writeWithoutTransaction { database in
                try database.writing {
                    try note.write(try note.plan(database), database)
                    try Self.forget(
                        before: now + Span(milliseconds: -Self.memory.milliseconds), database)
                }
            }
        }
    }

    /// Takes over what was said while there was no journal to keep it in.
    public func adopt(_ words: [AlertSlate.Word]) throws {
        try Self.translating {
            try queue.writeWithoutTransaction { database in
                try database.writing {
                    let open = try AlertNote.open(database)
                    for word in words where !open.contains(where: { word.isAbout($0.alert) }) {
                        try AlertNote.insert(word, database)
                    }
                }
            }
        }
    }

    /// What waits for a channel, oldest first, at most five hundred messages.
    public func queuedDeliveries(to channel: String) throws -> [QueuedDelivery] {
        try readingAlerts([]) { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT \(AlertRow.deliveryColumns), \(AlertRow.columns)
                    FROM delivery d JOIN alert a ON a.number = d.alert
                    WHERE d.state = 'queued' AND d.channel = ? ORDER BY d.number LIMIT 500
                    """, arguments: [channel]
            ).map { row in
                QueuedDelivery(
                    delivery: try AlertRow.delivery(row), episode: try AlertRow.episode(row, at: 10)
                )
            }
        }
    }

    /// Keeps what became of messages to one channel; where that is to blame, its others wait too.
    public func record(_ deliveries: [Delivery], holdingChannel: Bool) throws {
        try Self.translating {
            try queue.writeWithoutTransaction { database in
                try database.writing {
                    for delivery in deliveries { try AlertRow.save(delivery, database) }
                    guard holdingChannel, let one = deliveries.first else { return }
                    try database.execute(
                        sql: """
                            UPDATE delivery SET next_at = max(next_at, ?)
                            WHERE channel = ? AND state = 'queued'
                            """, arguments: [one.nextAt.milliseconds, one.channel])
                }
            }
        }
    }

    /// What fires, gravest and oldest first.
    public func firingAlerts() throws -> [AlertEpisode] {
        try readingAlerts([]) { try AlertNote.open($0) }.filter { $0.state == .firing }
            .sorted {
                ($1.alert.severity, $0.alert.since, $0.number)
                    < ($0.alert.severity, $1.alert.since, $1.number)
            }
    }

    /// The channels that messages are queued for.
    public func backlog() throws -> [Backlog] { try readingAlerts([]) { try Self.backlog($0) } }

    static func backlog(_ database: Database) throws -> [Backlog] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT d.channel, count(*), min(d.made_at),
                    (SELECT o.problem FROM delivery o WHERE o.state = 'queued'
                        AND o.channel = d.channel AND o.problem IS NOT NULL
                        ORDER BY o.number LIMIT 1)
                FROM delivery d WHERE d.state = 'queued' GROUP BY d.channel ORDER BY d.channel
                """
        ).map { row in
            try Backlog(
                channel: row.cell(0), count: row.cell(1),
                since: Instant(milliseconds: row.cell(2)), problem: row.cell(3))
        }
    }

    /// Messages that were given up since `moment`, newest first.
    public func givenUp(since moment: Instant) throws -> [QueuedDelivery] {
        try readingAlerts([]) { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT \(AlertRow.deliveryColumns), \(AlertRow.columns)
                    FROM delivery d JOIN alert a ON a.number = d.alert
                    WHERE d.state = 'given-up' AND d.ended_at >= ? ORDER BY d.number DESC LIMIT 100
                    """, arguments: [moment.milliseconds]
            ).map { row in
                QueuedDelivery(
                    delivery: try AlertRow.delivery(row), episode: try AlertRow.episode(row, at: 10)
                )
            }
        }
    }

    /// A journal that no run has moved forward has no such tables.
    private func readingAlerts<Result>(
        _ none: Result, _ body: (Database) throws -> Result
    ) throws -> Result {
        try reading { database in
            try database.tableExists("delivery") ? try body(database) : none
        }
    }

    private static func forget(before moment: Instant, _ database: Database) throws {
        let old = """
            SELECT a.number FROM alert a WHERE a.state = 'resolved' AND a.resolved_at < ?
            AND NOT EXISTS
                (SELECT 1 FROM delivery q WHERE q.alert = a.number AND q.state = 'queued')
            """
        for number in try Int64.fetchAll(database, sql: old, arguments: [moment.milliseconds]) {
            try database.execute(sql: "DELETE FROM delivery WHERE alert = ?", arguments: [number])
            try database.execute(sql: "DELETE FROM alert WHERE number = ?", arguments: [number])
        }
    }
}

extension Rotation {
    /// Whether a straggler is taken to present the old secret still, whatever the rotation waits
    /// for: nobody has seen it silent for as long as that is waited for.
    fileprivate func isPresented(by notice: Notice, at moment: Instant) -> Bool {
        guard notice.kind == .straggler, notice.rotation == id, let since = body.revokedAt else {
            return false
        }
        let silence = body.isDeleteSent ? plan.watch : max(plan.watch, plan.overlap)
        return notice.lastAt >= since
            && !DeliveryRule.isApart(moment, from: notice.lastAt, by: silence)
    }
}
