import Foundation
import GRDB
import RotationCore
import Testing

@testable import RotationEngine

/// What a journal says to who watches it, and what runs leave there.
struct StandingTests {
    private let home: Home

    init() throws { home = try Home() }

    private func run(_ second: Int64, exit: Int32 = 0, isGood: Bool = true) -> RunRecord {
        let end = Home.start + .seconds(second)
        return RunRecord(
            startedAt: Home.start, endedAt: end, exitCode: exit, succeededAt: isGood ? end : nil)
    }

    private func note(
        _ journal: Journal, _ clients: [String], in path: String = "a.yaml",
        signature: String = "1", every: Span? = .hours(720), at moment: Instant = Home.start
    ) throws {
        let schedule = every.map { Schedule(every: $0) }
        try journal.note(
            files: [PlanFileSeen(path: path, signature: signature)],
            clients: clients.map {
                ClientSeen(
                    name: ClientName(rawValue: $0), planFile: path, planDigest: "d",
                    schedule: schedule)
            }, gone: [], at: moment, fraction: { 0 })
    }

    @Test func `a new journal has counted nothing`() throws {
        let standing = try home.create().standing(at: Home.start)
        #expect(standing.sealedSince == Home.start)
        #expect(standing.clients.isEmpty && standing.live.isEmpty && standing.counts.isEmpty)
        #expect(standing.completed == 0 && standing.abandoned == 0 && standing.lastRun == nil)
    }

    @Test func `what runs counted adds up, whatever order the labels come in`() throws {
        let journal = try home.create()
        let (one, other) = (
            CountedSeries("n", ["a": "1", "b": "/\"\\"]), CountedSeries("n", ["a": "2"])
        )
        try journal.record(run(1), adding: [one: 2, other: 0.5], epoch: 0)
        try journal.record(
            run(2), adding: [CountedSeries("n", ["b": "/\"\\", "a": "1"]): 3], epoch: 0)
        #expect(try journal.standing(at: Home.start).counts == [one: 5, other: 0.5])
    }

    @Test func `the last run is kept, and when one last ended well`() throws {
        let journal = try home.create()
        try journal.record(run(1), adding: [:], epoch: 0)
        try journal.record(run(2, exit: 20, isGood: false), adding: [:], epoch: 0)
        let last = try journal.standing(at: Home.start).lastRun
        #expect(last?.exitCode == 20 && last?.endedAt == Home.start + .seconds(2))
        #expect(last?.succeededAt == Home.start + .seconds(1))
    }

    @Test func `what a run didn't look at is as the run before it found it`() throws {
        let journal = try home.create()
        let ended = RunRecord(
            startedAt: Home.start, endedAt: Home.start, exitCode: 3, succeededAt: nil,
            plansWrong: 2, rotationsFailed: 1)
        try journal.record(ended, adding: [:], epoch: 0)
        try journal.record(run(1, exit: 12, isGood: false), adding: [:], epoch: 0)
        let last = try journal.standing(at: Home.start).lastRun
        #expect(last?.plansWrong == 2 && last?.rotationsFailed == 1 && last?.exitCode == 12)
    }

    @Test func `messages that didn't arrive are counted, and those given up for a week`() throws {
        let journal = try home.create()
        let alerts = ["R1", "R2", "R3"].map {
            Alert(
                .rotationHeld, about: $0, code: "c", title: "t", detail: "d", standing: "s",
                next: "n", since: Home.start)
        }
        let ops = ChannelTraits(name: "ops", minSeverity: .info, isRefreshed: false)
        try journal.note(AlertSighting(alerts), for: [ops], by: AlertRules(), at: Home.start)
        var one = try #require(try journal.queuedDeliveries(to: "ops").first).delivery
        (one.state, one.endedAt) = (.givenUp, Home.start + .hours(1))
        try journal.record([one], holdingChannel: false)
        let standing = try journal.standing(at: Home.start + .hours(2))
        #expect(standing.backlog.map(\.count) == [2] && standing.givenUp == ["ops": 1])
        #expect(standing.backlog.map(\.since) == [Home.start])
        #expect(try journal.standing(at: Home.start + .hours(170)).givenUp.isEmpty)
    }

    @Test func `notices are counted by client and kind for as long as they are alerts`() throws {
        let journal = try home.create()
        try journal.insert(Home.rotation("R1", client: "billing"), epoch: 0)
        try home.raw { database in
            for (kind, subject, hour) in [
                ("new-address", "a", 0), ("new-address", "b", 10), ("token-storm", "a", 20),
                ("of-a-later-version", "a", 20),
            ] {
                let moment = (Home.start + .hours(Int64(hour))).milliseconds
                try database.execute(
                    sql: "INSERT INTO notice VALUES ('billing', ?, ?, 'R1', 'w', ?, ?, 1)",
                    arguments: [kind, subject, moment, moment])
            }
        }
        let day = try journal.standing(at: Home.start + .hours(23)).notices
        #expect(day.map(\.kind) == [.newAddress, .tokenStorm] && day.map(\.count) == [2, 1])
        let later = try journal.standing(at: Home.start + .hours(33)).notices
        #expect(later.map(\.count) == [1, 1])
        #expect(try journal.standing(at: Home.start + .hours(60)).notices.isEmpty)
    }

    @Test func `a run that was overtaken adds nothing`() throws {
        let journal = try home.create()
        let epoch = try journal.takeOver()
        _ = try journal.takeOver()
        do {
            try journal.record(run(1), adding: [CountedSeries("n", [:]): 1], epoch: epoch)
            Issue.record("it was recorded")
        } catch let failure as JournalFailure { #expect(failure.kind == .fenced) }
        #expect(try journal.standing(at: Home.start).counts.isEmpty)
        #expect(try journal.standing(at: Home.start).lastRun == nil)
    }

    @Test func `the engine records at its end, and is past that once another has begun`()
        async throws
    {
        let here = try AnchoredHome()
        let engine = try here.engine()
        _ = try await engine.run(options: RunOptions())
        let series = CountedSeries("n", [:])
        try engine.record(run(1), adding: [series: 1])
        // The anchor follows intents, and this is none: nothing is frozen by it.
        #expect(try engine.journal.freeze() == nil)
        _ = try engine.journal.takeOver()
        #expect(throws: JournalFailure.self) { try engine.record(run(2), adding: [series: 1]) }
        #expect(try engine.journal.standing(at: Home.start).counts == [series: 1])
    }

    @Test func `a count that would shrink is refused as a whole`() throws {
        let journal = try home.create()
        let series = CountedSeries("n", [:])
        try journal.record(run(1), adding: [series: 1], epoch: 0)
        #expect(throws: JournalFailure.self) {
            try journal.record(run(2), adding: [series: -2], epoch: 0)
        }
        #expect(try journal.standing(at: Home.start).counts == [series: 1])
        #expect(try journal.standing(at: Home.start).lastRun?.endedAt == Home.start + .seconds(1))
    }

    @Test func `a client's secret is as old as its last rotation, else as what is known of it`()
        throws
    {
        let journal = try home.create()
        try note(journal, ["billing", "mail"])
        try home.raw {
            try $0.execute(
                sql: "UPDATE client SET last_completed_at = ? WHERE name = 'mail'",
                arguments: [(Home.start + .hours(1)).milliseconds])
        }
        let clients = try journal.standing(at: Home.start).clients
        #expect(clients.map(\.name.rawValue) == ["billing", "mail"])
        #expect(clients.map(\.secretSince) == [Home.start, Home.start + .hours(1)])
        #expect(clients.map(\.period) == [.hours(720), .hours(720)])
        #expect(clients[0].dueAt == Home.start + .hours(720))
    }

    @Test func `a client by hand has neither period nor date`() throws {
        let journal = try home.create()
        try note(journal, ["billing"])
        try note(journal, ["billing"], signature: "2", every: nil)
        let client = try #require(try journal.standing(at: Home.start).clients.first)
        #expect(client.period == nil && client.dueAt == nil)
    }

    @Test func `a client whose plan is gone is told no more, one whose plan is broken is`() throws {
        let journal = try home.create()
        try note(journal, ["billing", "mail"])
        try note(journal, ["wiki"], in: "b.yaml")
        try note(journal, ["web"], in: "c.yaml")
        // Left out of its file; the file gone; the file not to be read.
        try note(journal, ["billing"], signature: "2")
        try journal.note(
            files: [PlanFileSeen(path: "c.yaml", signature: "")], clients: [], gone: ["b.yaml"],
            at: Home.start, fraction: { 0 })
        #expect(
            try journal.standing(at: Home.start).clients.map(\.name.rawValue) == ["billing", "web"])
    }

    @Test func `rotations that aren't over are told with their phase and their consumers`() throws {
        let journal = try home.create()
        try journal.insert(Home.rotation("R1", client: "billing"), epoch: 0)
        var waiting = Home.rotation("R2", client: "mail")
        waiting.body.waitingSince = Home.start + .minutes(7)
        try journal.insert(waiting, epoch: 0)
        try journal.insert(Home.rotation("R3", client: "past"), epoch: 0)
        try home.raw { database in
            try database.execute(
                sql: """
                    UPDATE rotation SET state = 'held', reason = 'by-operator' WHERE id = 'R2';
                    UPDATE rotation SET state = 'abandoned', phase = NULL, ended_at = 1
                        WHERE id = 'R3'
                    """)
            for (id, consumer, verdict) in [
                ("R1", "a", "proven"), ("R1", "b", "proven"), ("R1", "c", "on-other-secret"),
                ("R3", "d", "proven"),
            ] {
                try database.execute(
                    sql: """
                        INSERT INTO evidence (rotation, consumer, verdict, detail, taken_at)
                        VALUES (?, ?, ?, '', 1)
                        """, arguments: [id, consumer, verdict])
            }
        }
        let standing = try journal.standing(at: Home.start)
        #expect(standing.live.map(\.client.rawValue) == ["billing", "mail"])
        #expect(standing.live.map(\.state) == [.running(.create), .held(.create)])
        #expect(standing.live.map(\.reason) == [nil, .byOperator])
        #expect(standing.live.map(\.phaseSince) == [Home.start, Home.start])
        #expect(standing.live.map(\.waitingSince) == [Home.start, Home.start + .minutes(7)])
        #expect(standing.live.map(\.verdicts) == [[.proven: 2, .onOther: 1], [:]])
        #expect(standing.completed == 0 && standing.abandoned == 1)
    }

    @Test func `a journal that no run has moved forward is told as far as it knows`() throws {
        try home.createOld(schema: 3)
        try home.raw {
            try $0.execute(
                sql: """
                    INSERT INTO plan VALUES ('d', '{"schedule":{"every":5000}}');
                    INSERT INTO plan_file VALUES ('a.yaml', '1');
                    INSERT INTO client (name, plan_file, plan_digest, first_seen_at)
                        VALUES ('billing', 'a.yaml', 'd', 1)
                    """)
        }
        let looking = try Journal.openForReading(in: home.directory)
        let before = try looking.standing(at: Home.start)
        #expect(before.counts.isEmpty && before.lastRun == nil)
        #expect(before.clients.map(\.period) == [.seconds(5)])
        try looking.close()
        let journal = try Journal.open(in: home.directory)
        #expect(try journal.standing(at: Home.start).clients.map(\.period) == [.seconds(5)])
        try journal.record(run(1), adding: [CountedSeries("n", [:]): 1], epoch: 0)
        #expect(try journal.standing(at: Home.start).counts.count == 1)
    }

    @Test func `counts that hold what they can't are damage`() throws {
        let journal = try home.create()
        try home.raw { try $0.execute(sql: "INSERT INTO counter VALUES ('n', '{x', 1)") }
        #expect(throws: JournalFailure.self) { try journal.standing(at: Home.start) }
    }
}
