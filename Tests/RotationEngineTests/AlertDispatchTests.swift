import GRDB
import RotationCore
import Synchronization
import Testing

@testable import RotationEngine

/// Channels that do as they are told, and keep what they got.
final class Channels: AlertChannelFactory {
    enum Behaviour: Sendable { case takes, takesForOne, refuses, isAway, hangs, cannotBeMade }

    private let behaviours: Mutex<[String: Behaviour]>
    private let got = Mutex<[(channel: String, message: AlertMessage)]>([])

    init(_ behaviours: [String: Behaviour]) { self.behaviours = Mutex(behaviours) }

    func set(_ name: String, _ behaviour: Behaviour) {
        behaviours.withLock { $0[name] = behaviour }
    }

    func messages(to name: String) -> [AlertMessage] {
        got.withLock { all in all.filter { $0.channel == name }.map(\.message) }
    }

    func channel(_ settings: ChannelSettings) async throws(AdapterError) -> any AlertChannel {
        let name = settings.target.name
        let behaviour = behaviours.withLock { $0[name] } ?? .takes
        guard behaviour != .cannotBeMade else {
            throw AdapterError(.missing, code: "no-secret", message: "env:X is not set")
        }
        return Channel(name: name, behaviour: behaviour) { message in
            self.got.withLock { $0.append((name, message)) }
        }
    }

    func isRefreshed(_ type: String) -> Bool { type == "alertmanager" }

    func isForPeople(_ type: String) -> Bool { type == "slack" }

    func ping(_ settings: PingSettings, isFine: Bool, within deadline: Span)
        async throws(AdapterError)
    {}

    private struct Channel: AlertChannel {
        let name: String
        let behaviour: Behaviour
        let keep: @Sendable (AlertMessage) -> Void

        func send(_ message: AlertMessage, within deadline: Span) async throws(AdapterError)
            -> [Finding]
        {
            keep(message)
            switch behaviour {
            case .takes, .cannotBeMade: return []
            case .takesForOne: return [Finding(.warning, code: "gone", message: "550")]
            case .refuses: throw AdapterError(.refused, code: "refused", message: "HTTP 400")
            case .isAway:
                throw AdapterError(
                    .unavailable(retryAfter: nil), code: "away", message: "no route")
            case .hangs:
                // Until it is cut off.
                let (silence, end) = AsyncStream<Void>.makeStream()
                for await _ in silence {}
                end.finish()
                throw AdapterError(.unavailable(retryAfter: nil), code: "cut", message: "cut off")
            }
        }
    }
}

/// From what a run saw to what arrived.
@Suite struct AlertDispatchTests {
    private let home: Home
    private let journal: Journal
    private let clock = DispatchClock()
    private let rules = AlertRules(repeatEvery: .hours(24), runs: 3)

    init() throws {
        home = try Home()
        journal = try home.create()
    }

    private func settings(_ names: String..., type: String = "webhook") -> [ChannelSettings] {
        names.map { ChannelSettings(TargetSettings(name: $0, type: type, values: [:])) }
    }

    private func note(
        _ alerts: [Alert], _ channels: [ChannelSettings], isRefreshed: Bool = false
    ) throws {
        let traits = channels.map {
            ChannelTraits(
                name: $0.target.name, minSeverity: $0.minSeverity, isRefreshed: isRefreshed)
        }
        try journal.note(AlertSighting(alerts), for: traits, by: rules, at: clock.now())
    }

    private func deliver(
        _ channels: [ChannelSettings], _ factory: Channels,
        limits: AlertDispatch.Limits = .init(), slate: AlertSlate? = nil
    ) async throws -> [AlertDispatch.Result] {
        let slate = try #require(slate ?? AlertSlate(in: home.directory))
        return try await AlertDispatch(
            journal, slate, through: factory, clock: clock, random: FixedRandom(), limits: limits
        ).run(channels)
    }

    private func alert(_ kind: AlertKind = .rotationHeld, about subject: String = "R1") -> Alert {
        Alert(
            kind, about: subject, code: "c", title: "\(subject) stands still", detail: "d",
            standing: "s", next: "n", since: Home.start)
    }

    @Test func `many runs that see the same send one message, and one when it is over`()
        async throws
    {
        let (channels, factory) = (settings("ops"), Channels([:]))
        for _ in 0..<50 {
            try note([alert()], channels)
            _ = try await deliver(channels, factory)
            clock.pass(.minutes(5))
        }
        #expect(factory.messages(to: "ops").map(\.event) == [.firing])
        #expect(try journal.firingAlerts().map(\.alert.subject) == ["R1"])
        try note([], channels)
        _ = try await deliver(channels, factory)
        try note([], channels)
        _ = try await deliver(channels, factory)
        #expect(factory.messages(to: "ops").map(\.event) == [.firing, .resolved])
        #expect(try journal.firingAlerts().isEmpty)
        // And when it comes back, that is another alert.
        try note([alert()], channels)
        _ = try await deliver(channels, factory)
        #expect(factory.messages(to: "ops").map(\.event) == [.firing, .resolved, .firing])
        #expect(Set(factory.messages(to: "ops").map(\.id)).count == 3)
    }

    @Test func `nothing is written where there is nothing to say`() throws {
        let channels = settings("ops")
        let before = try changes()
        try note([], channels)
        #expect(try changes() == before)
        try note([alert()], channels)
        let after = try changes()
        #expect(after != before)
        try note([alert()], channels)
        #expect(try changes() == after)
    }

    private func changes() throws -> Int {
        try journal.reading { $0.totalChangesCount }
    }

    @Test func `what lasts is said again after the time for that`() async throws {
        let (channels, factory) = (settings("ops"), Channels([:]))
        for _ in 0..<5 {
            try note([alert()], channels)
            _ = try await deliver(channels, factory)
            clock.pass(.hours(12))
        }
        #expect(factory.messages(to: "ops").map(\.event) == [.firing, .repeated, .repeated])
    }

    @Test func `a dead channel keeps its messages and holds up no other`() async throws {
        let (channels, factory) = (settings("dead", "ops"), Channels(["dead": .isAway]))
        try note([alert(), alert(about: "R2")], channels)
        let results = try await deliver(channels, factory)
        #expect(results.map(\.channel) == ["dead", "ops"])
        #expect(results[0].failures.count == 1 && results[1].delivered == 2)
        // One attempt is enough to know, and all of its messages wait.
        #expect(factory.messages(to: "dead").count == 1)
        _ = try await deliver(channels, factory)
        #expect(factory.messages(to: "dead").count == 1)
        #expect(try journal.backlog().map(\.count) == [2])
        #expect(try journal.backlog().first?.problem == "no route")
        clock.pass(.minutes(2))
        factory.set("dead", .takes)
        _ = try await deliver(channels, factory)
        let texts = factory.messages(to: "dead").map(\.alert.subject)
        #expect(texts == ["R1", "R1", "R2"])
        #expect(try journal.backlog().isEmpty)
        #expect(factory.messages(to: "ops").count == 2)
        // The second attempt at a message has the id of the first.
        let ids = factory.messages(to: "dead").map(\.id)
        #expect(ids[0] == ids[1] && ids[1] != ids[2])
    }

    @Test func `people are told of many at once in one message, and programs one by one`()
        async throws
    {
        let factory = Channels([:])
        let both = settings("chat", type: "slack") + settings("ops")
        try note((1...40).map { alert(about: "R\($0)") } + [alert(.oldSecretInUse)], both)
        _ = try await deliver(both, factory)
        #expect(factory.messages(to: "ops").count == 41)
        let digest = try #require(factory.messages(to: "chat").first)
        #expect(factory.messages(to: "chat").count == 1)
        #expect(digest.alert.severity == .critical && digest.event == .firing)
        #expect(digest.alert.title == "holdover: 41 alerts, and 0 that are over")
        #expect(digest.alert.detail.hasSuffix("; and 21 more"))
        #expect(try journal.backlog().isEmpty)
        try note((1...5).map { alert(about: "R\($0)") }, both)
        _ = try await deliver(both, factory)
        #expect(factory.messages(to: "chat").last?.event == .resolved)
        #expect(factory.messages(to: "chat").count == 2)
        #expect(factory.messages(to: "ops").count == 41 + 36)
    }

    @Test func `a message that is refused doesn't hold up the next`() async throws {
        let (channels, factory) = (settings("ops"), Channels(["ops": .refuses]))
        try note([alert(), alert(about: "R2")], channels)
        let results = try await deliver(channels, factory)
        #expect(results.first?.failures.map(\.error.code) == ["refused", "refused"])
        #expect(try journal.backlog().map(\.count) == [2])
    }

    @Test func `what is to be known of a message that was taken is told, and it isn't sent again`()
        async throws
    {
        let (channels, factory) = (settings("mail"), Channels(["mail": .takesForOne]))
        try note([alert()], channels)
        let results = try await deliver(channels, factory)
        #expect(results.map(\.delivered) == [1] && results.first?.failures == [])
        #expect(results.first?.warnings.map(\.code) == ["gone"])
        #expect(try await deliver(channels, factory).isEmpty)
        #expect(factory.messages(to: "mail").count == 1)
    }

    @Test func `of a channel's problems the one of its oldest message is told`() throws {
        try note([alert(), alert(about: "R2"), alert(about: "R3")], settings("ops"))
        var queued = try journal.queuedDeliveries(to: "ops").map(\.delivery)
        (queued[1].problem, queued[2].problem) = ("a page to log in", "no route")
        try journal.record(queued, holdingChannel: false)
        #expect(try journal.backlog().map(\.problem) == ["a page to log in"])
    }

    @Test func `a channel whose secret is missing is tried again`() async throws {
        let (channels, factory) = (settings("ops"), Channels(["ops": .cannotBeMade]))
        try note([alert()], channels)
        #expect(
            try await deliver(channels, factory).first?.failures.map(\.error.code)
                == ["no-secret"])
        clock.pass(.minutes(2))
        factory.set("ops", .takes)
        #expect(try await deliver(channels, factory).first?.delivered == 1)
    }

    @Test func `a channel that hangs is cut off, and the others have been told`() async throws {
        let (channels, factory) = (settings("hangs", "ops"), Channels(["hangs": .hangs]))
        try note([alert()], channels)
        let limits = AlertDispatch.Limits(
            each: .seconds(600), all: Span(milliseconds: 100))
        let results = try await deliver(channels, factory, limits: limits)
        #expect(results.map(\.delivered) == [0, 1])
        #expect(results.first?.failures.map(\.error.code) == ["cut"])
        #expect(try journal.backlog().map(\.channel) == ["hangs"])
    }

    @Test func `a channel that forgets is told at every run, in one row`() async throws {
        let channels = settings("am", type: "alertmanager")
        let factory = Channels([:])
        for _ in 0..<20 {
            try note([alert()], channels, isRefreshed: true)
            _ = try await deliver(channels, factory)
            clock.pass(.minutes(5))
        }
        try note([], channels, isRefreshed: true)
        _ = try await deliver(channels, factory)
        #expect(
            factory.messages(to: "am").map(\.event)
                == Array(repeating: AlertEvent.firing, count: 20) + [.resolved])
        #expect(try home.raw { try $0.rows(in: "delivery") } == 1)
    }

    @Test func `messages to a channel that is gone are given up, with a note`() async throws {
        let factory = Channels(["old": .isAway])
        try note([alert()], settings("old"))
        _ = try await deliver(settings("old"), factory)
        try note([alert()], settings("new"))
        _ = try await deliver(settings("new"), factory)
        #expect(factory.messages(to: "new").map(\.event) == [.firing])
        let ended = try journal.givenUp(since: Home.start)
        #expect(ended.map(\.delivery.channel) == ["old"])
        #expect(ended.first?.delivery.problem?.contains("gone") == true)
    }

    @Test func `what is over for a month is forgotten, but for what still waits`() async throws {
        let channels = settings("ops")
        let factory = Channels([:])
        try note([alert()], channels)
        _ = try await deliver(channels, factory)
        try note([], channels)
        _ = try await deliver(channels, factory)
        #expect(try home.raw { try $0.rows(in: "alert") } == 1)
        clock.pass(.hours(31 * 24))
        try note([alert(about: "R2")], channels)
        #expect(try home.raw { try $0.rows(in: "alert") } == 1)
        #expect(try home.raw { try $0.rows(in: "delivery") } == 1)
    }

    @Test func `what was said without a journal ends like any other`() async throws {
        let (channels, factory) = (settings("ops"), Channels([:]))
        let settings = AlertSettings(rules: rules, channels: channels)
        let crier = AlertCrier(settings, through: factory, now: clock.now)
        let frozen = alert(.journalFrozen, about: "journal")
        let slate = try #require(AlertSlate(in: home.directory))
        for _ in 0..<5 {
            slate.write(await crier.cry([frozen], after: slate.read()).words)
            clock.pass(.minutes(5))
        }
        #expect(factory.messages(to: "ops").map(\.event) == [.firing])
        clock.pass(.hours(24))
        slate.write(await crier.cry([frozen], after: slate.read()).words)
        #expect(factory.messages(to: "ops").map(\.event) == [.firing, .repeated])
        try journal.adopt(slate.read())
        try journal.adopt(slate.read())
        #expect(try journal.firingAlerts().count == 1)
        try note([], channels)
        _ = try await deliver(channels, factory, slate: slate)
        #expect(factory.messages(to: "ops").map(\.event) == [.firing, .repeated, .resolved])
    }

    @Test func `the slate is one process's at a time, and keeps what is on it`() throws {
        var first = AlertSlate(in: home.directory)
        first?.write([AlertSlate.Word(alert: alert(), told: ["ops": Home.start])])
        #expect(AlertSlate(in: home.directory) == nil)
        first = nil
        let second = try #require(AlertSlate(in: home.directory))
        #expect(second.read().map(\.told) == [["ops": Home.start]])
        second.write([])
        #expect(second.read().isEmpty)
        #expect(AlertSlate(in: "\(home.directory)/nowhere") == nil)
    }

    @Test func `a journal that no run has moved forward has no alerts`() throws {
        try home.raw { try $0.execute(sql: "DROP TABLE delivery; DROP TABLE alert") }
        #expect(try journal.firingAlerts().isEmpty)
        #expect(try journal.backlog().isEmpty)
    }
}
